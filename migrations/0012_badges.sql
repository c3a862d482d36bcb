-- Gifters' levels: what each account gave in its own name, folded from the journal, and the coins that a level asks for.

-- Where a reader of the gifts' journal is: by stripe the last batch that it counted.
CREATE TABLE ledger.reader (
    name text PRIMARY KEY,
    cursor bigint[] NOT NULL DEFAULT array_fill(0, ARRAY[64]) CHECK (array_length(cursor, 1) = 64)
) WITH (fillfactor = 50);
INSERT INTO ledger.reader (name) VALUES ('badges');

-- Paid coins that an account gave and not anonymously, as far as the reader `badges` has read. Erased people have no row.
CREATE TABLE accounts.gifter (
    account integer PRIMARY KEY REFERENCES accounts.account (key),
    coins bigint NOT NULL CHECK (coins > 0)
) WITH (fillfactor = 50);

CREATE FUNCTION accounts.ascends(coins bigint[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(bool_and(c IS NOT NULL AND c > coalesce(before, 0)), false)
    FROM (SELECT c, lag(c) OVER (ORDER BY n) AS before FROM unnest(coins) WITH ORDINALITY AS u (c, n)) l
$$;
-- Dated: level n asks for coins_min[n] coins. In force is the newest whose day has come (UTC).
CREATE TABLE accounts.badge_rule (
    effective_on date PRIMARY KEY,
    coins_min bigint[] NOT NULL CHECK (array_ndims(coins_min) = 1 AND array_length(coins_min, 1) <= 100 AND accounts.ascends(coins_min))
);
INSERT INTO accounts.badge_rule VALUES ('2026-01-01', '{1, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000,
    500000, 1000000, 2500000, 5000000, 10000000, 25000000, 50000000, 100000000}');
CREATE VIEW accounts.badge_rule_in_force AS
    SELECT coins_min FROM accounts.badge_rule WHERE effective_on <= (now() AT TIME ZONE 'UTC')::date ORDER BY effective_on DESC LIMIT 1;
