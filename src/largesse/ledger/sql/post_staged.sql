-- One posting per stage of the batch. stages: int[] ascending, batch
INSERT INTO ledger.staged (stage, batch) SELECT s, %(batch)s FROM unnest(%(stages)s::int[]) s
