-- Announces, for every country as its terms stand now, the same with withdrawing; for a sandbox that begins. reason
INSERT INTO catalog.region (country, effective_at, buying, giving, withdrawing, providers, withdraw_days, tax, reason)
SELECT DISTINCT ON (country) country, now(), buying, giving, true, providers, withdraw_days, tax, %(reason)s
FROM catalog.region WHERE effective_at <= now() ORDER BY country, effective_at DESC, key DESC
