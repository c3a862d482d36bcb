-- Something is to be told of a LIVE. stage; kind
INSERT INTO stage.broadcast (stage, kind, scheduled_at) SELECT key, %(kind)s, scheduled_at FROM stage.stage WHERE key = %(stage)s
