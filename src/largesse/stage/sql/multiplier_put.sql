-- Announces a multiplier of a match. match; factor; starts_at, ends_at. `announced_before` may refuse as the transaction commits.
INSERT INTO stage.multiplier (match, factor, starts_at, ends_at) VALUES (%(match)s, %(factor)s, %(starts_at)s, %(ends_at)s)
