-- One posting per guest and stage of the batch. receivers, stages: int[], alone: boolean[] (of equal length), hour: hours since 1970, batch
INSERT INTO ledger.hosted (receiver, stage, hour, batch, alone)
SELECT u.receiver, u.stage, %(hour)s, %(batch)s, u.alone
FROM unnest(%(receivers)s::int[], %(stages)s::int[], %(alone)s::boolean[]) AS u (receiver, stage, alone)
