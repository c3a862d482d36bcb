-- Gives rooms back at once. owner: text; stages: int[]
UPDATE realtime.lease SET owner = '', heartbeat_at = '-infinity'
WHERE owner = %(owner)s AND stage = ANY (%(stages)s::int[])
