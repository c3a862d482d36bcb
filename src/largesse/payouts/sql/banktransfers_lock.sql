-- Transfers that a bank names, and those of files that it names, locked in the order of their keys. rail; bank_ids: text[]; files: uuid[]
SELECT t.key, t.bank_id, t.file, t.minor, t.currency, t.state, p.status, p.id AS payout, p.creator, q.method
FROM payouts.transfer t JOIN payouts.payout p ON p.id = split_part(t.key, ':', 2)::uuid AND t.key = 'payout:' || p.id || ':' || p.attempt
JOIN payouts.quote q ON q.id = p.quote
WHERE t.rail = %(rail)s AND (t.bank_id = ANY (%(bank_ids)s) OR t.file = ANY (%(files)s)) ORDER BY t.key FOR UPDATE OF t
