-- Every stage of a creator. creator: account
SELECT key FROM stage.stage WHERE creator = %(creator)s ORDER BY key
