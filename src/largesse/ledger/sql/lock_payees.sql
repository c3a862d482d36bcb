-- Take the locks of several creators, in the order of their keys. creators: integer[]
INSERT INTO ledger.payee (creator) SELECT c FROM (SELECT DISTINCT unnest(%(creators)s::integer[]) AS c) named ORDER BY c
ON CONFLICT (creator) DO UPDATE SET creator = excluded.creator
