-- Campaigns in whose window something happened between two times. triggers: text[]; since, until: times
SELECT id, name, trigger, code, coins, budget_coins, grants_per_person_max, starts_at, ends_at, granted_coins, ended_at
FROM payments.campaign
WHERE trigger = ANY (%(triggers)s::text[]) AND starts_at <= %(until)s
    AND %(since)s < least(ends_at, coalesce(ended_at, ends_at))
ORDER BY id
