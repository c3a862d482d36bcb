-- Every stage of a creator, and those where they were a guest. creator: account
SELECT key FROM stage.stage WHERE creator = %(creator)s
UNION SELECT stage FROM stage.guest WHERE account = %(creator)s AND joined_at IS NOT NULL
ORDER BY key
