-- Note how a dispute was decided. dispute: its transfer, state: lost|won, decided: that transfer
UPDATE ledger.dispute SET state = %(state)s, decided = %(decided)s, rounds = rounds + 1 WHERE transfer = %(dispute)s
