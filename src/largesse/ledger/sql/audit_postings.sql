-- Postings under another hour than their batch's; postings of batches that are not there; gifts to guests without a posting, and postings of none;
-- gifts to somebody who is neither the LIVE's creator nor was ever a guest there, and those whose mark does not say which.
SELECT format('posting of account %s in batch %s', s.sender, s.batch) AS about,
    format('is under hour %s, its batch is of hour %s', s.hour, floor(extract(epoch FROM b.recorded_at) / 3600)) AS detail
FROM ledger.sent s LEFT JOIN ledger.batch b ON b.batch = s.batch
WHERE s.hour IS DISTINCT FROM floor(extract(epoch FROM b.recorded_at) / 3600)
UNION ALL
SELECT format('posting of stage %s in batch %s', s.stage, s.batch), 'names a batch that is not there'
FROM ledger.staged s WHERE NOT EXISTS (SELECT FROM ledger.batch b WHERE b.batch = s.batch)
UNION ALL
SELECT format('posting of guest %s on stage %s in batch %s', coalesce(h.receiver, g.receiver), coalesce(h.stage, g.stage), coalesce(h.batch, g.batch)),
    CASE WHEN h.batch IS NULL THEN 'is missing' WHEN g.batch IS NULL THEN 'has no gift' ELSE 'is under another hour, or says wrongly whether the guest was alone' END
FROM ledger.hosted h
FULL JOIN (SELECT DISTINCT receiver, stage, batch FROM ledger.gift WHERE flags & 16 <> 0) g USING (receiver, stage, batch)
LEFT JOIN ledger.batch b ON b.batch = h.batch
WHERE h.batch IS NULL OR g.batch IS NULL OR h.hour IS DISTINCT FROM floor(extract(epoch FROM b.recorded_at) / 3600)
    OR h.alone = EXISTS (SELECT FROM ledger.gift o WHERE o.batch = h.batch AND o.stage = h.stage AND o.flags & 16 = 0)
UNION ALL
SELECT format('gift %s of account %s', g.id, g.sender), format('is for %s on stage %s, whose creator is %s', g.receiver, g.stage, s.creator)
FROM ledger.gift g JOIN stage.stage s ON s.key = g.stage
WHERE (g.flags & 16 <> 0) <> (g.receiver <> s.creator)
    OR (g.flags & 16 <> 0 AND NOT EXISTS (SELECT FROM stage.guest u WHERE u.stage = g.stage AND u.account = g.receiver AND u.joined_at IS NOT NULL))
LIMIT 1000
