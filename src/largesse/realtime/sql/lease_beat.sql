-- Says that an owner lives, for all its rooms; a room that does not come back is lost. owner: text
UPDATE realtime.lease SET heartbeat_at = now() WHERE owner = %(owner)s RETURNING stage, epoch
