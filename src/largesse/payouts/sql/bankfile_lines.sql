-- What stands in a file, in its order. file
SELECT t.bank_id, t.minor, t.currency, t.state, p.id AS payout, p.creator, p.status, m.sealed, k.sealed AS person_key
FROM payouts.transfer t JOIN payouts.payout p ON p.id = split_part(t.key, ':', 2)::uuid AND t.key = 'payout:' || p.id || ':' || p.attempt
JOIN payouts.quote q ON q.id = p.quote
JOIN payouts.method m ON m.id = q.method LEFT JOIN payouts.person_key k ON k.account = p.creator
WHERE t.file = %(file)s ORDER BY t.place
