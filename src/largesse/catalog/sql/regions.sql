-- Every version of every country's terms, the newest first; no parameters.
SELECT key, country, effective_at, announced_at, buying, giving, withdrawing, providers, withdraw_days, tax, proposed_by, approved_by,
    reason
FROM catalog.region ORDER BY effective_at DESC, key DESC
