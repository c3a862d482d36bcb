-- Who is banned or muted in a room now, the newest first. stage, limit
SELECT account, kind, "until" FROM stage.ban
WHERE stage = %(stage)s AND ("until" IS NULL OR "until" > now()) ORDER BY at DESC, account, kind LIMIT %(limit)s
