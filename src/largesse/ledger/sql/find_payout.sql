-- A payout as the books have it, by the source of its request. source
SELECT o.transfer, o.creator, o.milli, o.gross_minor, o.fee_minor, o.sent_minor, o.sent_currency, o.paid, o.let_go, o.returned
FROM ledger.transfer t JOIN ledger.payout o ON o.transfer = t.key WHERE t.kind = 'payout' AND t.source = %(source)s
