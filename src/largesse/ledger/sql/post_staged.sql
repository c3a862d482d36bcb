-- One posting per stage of the batch. stages: int[] ascending, hour: hours since 1970, batch
INSERT INTO ledger.staged (stage, hour, batch) SELECT s, %(hour)s, %(batch)s FROM unnest(%(stages)s::int[]) s
