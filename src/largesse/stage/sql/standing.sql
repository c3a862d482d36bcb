-- What an account may not do in a room; whom its creator blocked is banned from it. stage, account
SELECT
    coalesce(bool_or(kind = 'ban'), false) OR EXISTS (
        SELECT FROM stage.stage s JOIN safety.block b ON b.account = s.creator
        WHERE s.key = %(stage)s AND b.blocked = %(account)s) AS banned,
    coalesce(bool_or(kind = 'mute'), false) AS muted
FROM stage.ban WHERE stage = %(stage)s AND account = %(account)s AND ("until" IS NULL OR "until" > now())
