-- The two LIVEs of an invitation. match; inviting, invited: stages
INSERT INTO stage.match_side (match, stage, inviting) VALUES (%(match)s, %(inviting)s, true), (%(match)s, %(invited)s, false)
