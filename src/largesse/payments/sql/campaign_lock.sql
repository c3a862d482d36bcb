-- A campaign, locked: what is returned is its state under the lock, so of many who want the last coins one gets them. id: uuid
SELECT id, name, trigger, code, coins, budget_coins, grants_per_person_max, starts_at, ends_at, granted_coins, ended_at
FROM payments.campaign WHERE id = %(id)s FOR NO KEY UPDATE
