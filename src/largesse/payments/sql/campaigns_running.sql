-- Campaigns that run now and have coins left, those that end first before; rows: at most limit
SELECT id, name, trigger, code, coins, budget_coins, grants_per_person_max, starts_at, ends_at, granted_coins, ended_at
FROM payments.campaign
WHERE starts_at <= now() AND now() < ends_at AND ended_at IS NULL AND granted_coins + coins <= budget_coins
ORDER BY ends_at, id LIMIT %(limit)s
