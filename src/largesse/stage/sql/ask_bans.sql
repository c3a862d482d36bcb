-- Bans in force among some accounts on some stages, and whom the creators of those stages blocked. stages, accounts: int[]
SELECT stage, account FROM stage.ban
WHERE stage = ANY (%(stages)s::int[]) AND account = ANY (%(accounts)s::int[]) AND kind = 'ban'
    AND ("until" IS NULL OR "until" > now())
UNION ALL
SELECT s.key, b.blocked FROM stage.stage s JOIN safety.block b ON b.account = s.creator
WHERE s.key = ANY (%(stages)s::int[]) AND b.blocked = ANY (%(accounts)s::int[])
