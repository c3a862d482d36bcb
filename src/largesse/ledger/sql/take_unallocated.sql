-- Count what goes out of money that is kept apart, or (below zero) comes in again; unallocated_covers refuses more than is left, or was
-- kept. transfer: its mismatch; minor: minor units of its currency, signed
UPDATE ledger.unallocated SET left_minor = left_minor - %(minor)s WHERE transfer = %(transfer)s
