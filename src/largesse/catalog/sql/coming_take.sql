-- The books whose time has come, locked, in the order of their times. No parameters.
SELECT id, region, channel, content FROM catalog.coming_book
WHERE applied_at IS NULL AND canceled_at IS NULL AND effective_at <= now() ORDER BY effective_at, id FOR UPDATE
