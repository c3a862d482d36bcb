-- Count what goes out of money that is kept apart; unallocated_covers refuses more than is left. transfer: its mismatch, minor
UPDATE ledger.unallocated SET left_minor = left_minor - %(minor)s WHERE transfer = %(transfer)s
