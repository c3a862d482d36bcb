-- Note that a payout came back; returned_after_paid refuses one that is not paid. payout: its transfer; returned: the transfer that says so
UPDATE ledger.payout SET returned = %(returned)s WHERE transfer = %(payout)s
