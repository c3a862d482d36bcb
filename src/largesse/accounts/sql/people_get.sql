-- People by key. accounts: integer[].
SELECT a.key, a.id, a.username, a.display_name, a.creator_since IS NOT NULL AS creator, a.adult_from, a.simulated, a.badge_hidden,
    width_bucket(coalesce(g.coins, 0), (SELECT coins_min FROM accounts.badge_rule_in_force)) AS level, a.erased_at IS NOT NULL AS erased,
    a.country
FROM accounts.account a LEFT JOIN accounts.gifter g ON g.account = a.key WHERE a.key = ANY (%(accounts)s)
