-- Note that a payout is paid. payout: its transfer; paid: the transfer that says so; fee_minor: US cents; sent_minor of sent_currency
UPDATE ledger.payout SET paid = %(paid)s, fee_minor = %(fee_minor)s, sent_minor = %(sent_minor)s, sent_currency = %(sent_currency)s
WHERE transfer = %(payout)s
