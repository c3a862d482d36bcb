-- Postings under another hour than their batch's; postings of batches that are not there.
SELECT format('posting of account %s in batch %s', s.sender, s.batch) AS about,
    format('is under hour %s, its batch is of hour %s', s.hour, floor(extract(epoch FROM b.recorded_at) / 3600)) AS detail
FROM ledger.sent s LEFT JOIN ledger.batch b ON b.batch = s.batch
WHERE s.hour IS DISTINCT FROM floor(extract(epoch FROM b.recorded_at) / 3600)
UNION ALL
SELECT format('posting of stage %s in batch %s', s.stage, s.batch), 'names a batch that is not there'
FROM ledger.staged s WHERE NOT EXISTS (SELECT FROM ledger.batch b WHERE b.batch = s.batch)
LIMIT 1000
