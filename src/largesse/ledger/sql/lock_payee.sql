-- Take the creator's lock: one payout of theirs is worked on at a time. creator
INSERT INTO ledger.payee (creator) VALUES (%(creator)s) ON CONFLICT (creator) DO UPDATE SET creator = excluded.creator
