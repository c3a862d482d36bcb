-- Lets one upload of an account begin at a time. creator: account
SELECT pg_advisory_xact_lock(7316552, %(creator)s::int)
