-- Says that both LIVEs of a match play. match. `one_match_a_live` may refuse.
UPDATE stage.match_side SET running = true WHERE match = %(match)s
