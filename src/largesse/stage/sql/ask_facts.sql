-- What decides whether a gift may be given somewhere. stages: int[]
SELECT key, creator, status, gifts_enabled, kind FROM stage.stage WHERE key = ANY (%(stages)s::int[])
