-- Ends the places of all who have one in a LIVE. stage
UPDATE stage.guest SET status = 'off', since = now() WHERE stage = %(stage)s AND status <> 'off'
