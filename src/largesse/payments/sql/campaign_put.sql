-- Enters an approved campaign; it begins now at the earliest. id: its proposal's; name, trigger, code (NULL for none), coins,
-- budget_coins, grants_per_person_max, starts_at, ends_at. Constraint campaign_code_key refuses a code that was used before.
INSERT INTO payments.campaign (id, name, trigger, code, coins, budget_coins, grants_per_person_max, starts_at, ends_at)
VALUES (%(id)s, %(name)s, %(trigger)s, %(code)s, %(coins)s, %(budget_coins)s, %(grants_per_person_max)s,
    greatest(%(starts_at)s::timestamptz, now()), %(ends_at)s)
