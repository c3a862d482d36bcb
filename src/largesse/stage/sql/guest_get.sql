-- Somebody's place in a LIVE. stage, account
SELECT account, status, since FROM stage.guest WHERE stage = %(stage)s AND account = %(account)s AND status <> 'off'
