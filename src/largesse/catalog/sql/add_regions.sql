-- Announces one version for each country, '' being every other one. countries: text[]; effective_at: timestamptz, NULL for the
-- transaction's time; buying, giving, withdrawing; providers: text[]; withdraw_days; tax: included|added; proposed_by, approved_by:
-- account keys; reason. Constraint region_country_effective_at_key refuses a second version of one instant, region_announced_first one
-- that begins in the past, region_four_eyes one person alone.
INSERT INTO catalog.region (country, effective_at, buying, giving, withdrawing, providers, withdraw_days, tax, proposed_by, approved_by, reason)
SELECT country, coalesce(%(effective_at)s::timestamptz, now()), %(buying)s, %(giving)s, %(withdrawing)s, %(providers)s::text[],
    %(withdraw_days)s, %(tax)s, %(proposed_by)s, %(approved_by)s, %(reason)s
FROM unnest(%(countries)s::text[]) AS country
