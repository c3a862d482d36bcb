-- What somebody gave in their own name, their level, and what each level asks for. account: key.
SELECT greatest(coalesce(g.coins, 0), 0) AS coins, width_bucket(coalesce(g.coins, 0), r.coins_min) AS level, r.coins_min
FROM accounts.badge_rule_in_force r LEFT JOIN accounts.gifter g ON g.account = %(account)s
