-- Bans in force among some accounts on some stages. stages, accounts: int[]
SELECT stage, account FROM stage.ban
WHERE stage = ANY (%(stages)s::int[]) AND account = ANY (%(accounts)s::int[]) AND kind = 'ban'
    AND ("until" IS NULL OR "until" > now())
