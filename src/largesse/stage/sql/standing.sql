-- What an account may not do in a room. stage, account
SELECT coalesce(bool_or(kind = 'ban'), false) AS banned, coalesce(bool_or(kind = 'mute'), false) AS muted
FROM stage.ban WHERE stage = %(stage)s AND account = %(account)s AND ("until" IS NULL OR "until" > now())
