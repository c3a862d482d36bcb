-- Note money that is kept apart. transfer: its mismatch, minor of currency
INSERT INTO ledger.unallocated (transfer, minor, currency, left_minor) VALUES (%(transfer)s, %(minor)s, %(currency)s, %(minor)s)
