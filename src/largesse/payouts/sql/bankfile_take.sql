-- Of these payouts those that are still approved, oldest first, with what goes into a file. payouts: uuid[]
SELECT p.id, p.creator, p.attempt, q.net_minor AS minor, q.net_currency AS currency, m.sealed, k.sealed AS person_key
FROM payouts.payout p JOIN payouts.quote q ON q.id = p.quote JOIN payouts.method m ON m.id = q.method
LEFT JOIN payouts.person_key k ON k.account = p.creator
WHERE p.id = ANY (%(payouts)s) AND p.status = 'approved' ORDER BY p.requested_at, p.id
