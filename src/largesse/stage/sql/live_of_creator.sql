-- The running LIVE of a creator. creator: account
SELECT * FROM stage.stage WHERE creator = %(creator)s AND status = 'live' AND kind = 'live'
