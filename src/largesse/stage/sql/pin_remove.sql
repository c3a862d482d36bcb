-- Takes a room's pinned comment down: any, or this one. stage, comment (null: any)
DELETE FROM stage.pin WHERE stage = %(stage)s AND (%(comment)s::uuid IS NULL OR comment = %(comment)s)
