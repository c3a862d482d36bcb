-- No giving until a moment; a later one stands. account; until: timestamptz
UPDATE ledger.wallet SET rests_until = greatest(rests_until, %(until)s) WHERE account = %(account)s
