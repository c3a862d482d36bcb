-- Note an open dispute. transfer, lot: the purchase's, minor of currency, fee_minor of fee_currency, coins, spans: text of int8multirange
INSERT INTO ledger.dispute (transfer, lot, minor, currency, fee_minor, fee_currency, coins, at, opened_at)
VALUES (%(transfer)s, %(lot)s, %(minor)s, %(currency)s, %(fee_minor)s, %(fee_currency)s, %(coins)s, %(spans)s::int8multirange, now())
