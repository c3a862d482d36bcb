-- Adds coins (negative ones were reversed) to what people gave in their own names, and says whose level changed by it; erased
-- people are passed over. One at a time: what somebody had before is read here. accounts: int[], ascending; coins: bigint[] (of
-- equal length)
WITH added AS MATERIALIZED (
    SELECT n.account, n.coins, coalesce(g.coins, 0) AS before
    FROM unnest(%(accounts)s::int[], %(coins)s::bigint[]) WITH ORDINALITY AS n (account, coins, n)
    JOIN accounts.account a ON a.key = n.account AND a.erased_at IS NULL
    LEFT JOIN accounts.gifter g ON g.account = n.account
    ORDER BY n.n
), put AS (
    INSERT INTO accounts.gifter AS g (account, coins) SELECT account, coins FROM added
    ON CONFLICT (account) DO UPDATE SET coins = g.coins + excluded.coins
)
SELECT account FROM added
WHERE width_bucket(before + coins, (SELECT coins_min FROM accounts.badge_rule_in_force))
    <> width_bucket(before, (SELECT coins_min FROM accounts.badge_rule_in_force))
