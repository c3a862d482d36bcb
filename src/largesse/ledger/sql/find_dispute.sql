-- A dispute by the source of its opening. source
SELECT d.transfer, p.source AS purchase, d.minor, d.currency, d.fee_minor, d.fee_currency, d.state, d.rounds, c.kind AS decided_kind, c.source AS decided_source
FROM ledger.transfer t JOIN ledger.dispute d ON d.transfer = t.key JOIN ledger.lot l ON l.key = d.lot JOIN ledger.transfer p ON p.key = l.transfer
LEFT JOIN ledger.transfer c ON c.key = d.decided
WHERE t.kind = 'dispute' AND t.source = %(source)s
