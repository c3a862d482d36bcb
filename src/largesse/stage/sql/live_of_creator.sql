-- The running stage of a creator. creator: account
SELECT * FROM stage.stage WHERE creator = %(creator)s AND status = 'live'
