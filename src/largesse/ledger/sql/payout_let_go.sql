-- Note that a payout let its diamonds go; paid_or_let_go refuses one that is paid. payout: its transfer; let_go: the transfer that says so
UPDATE ledger.payout SET let_go = %(let_go)s WHERE transfer = %(payout)s
