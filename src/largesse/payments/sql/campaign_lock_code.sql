-- The campaign of a code, locked. code: text
SELECT id, name, trigger, code, coins, budget_coins, grants_per_person_max, starts_at, ends_at, granted_coins, ended_at
FROM payments.campaign WHERE code = %(code)s FOR NO KEY UPDATE
