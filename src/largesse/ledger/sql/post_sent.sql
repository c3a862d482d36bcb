-- One posting per sender of the batch. senders: int[] ascending, hour: hours since 1970, batch
INSERT INTO ledger.sent (sender, hour, batch) SELECT s, %(hour)s, %(batch)s FROM unnest(%(senders)s::int[]) s
