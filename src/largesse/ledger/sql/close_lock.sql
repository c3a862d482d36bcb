-- Whether this transaction may close an hour: one closer at a time. lock: its advisory lock
SELECT pg_try_advisory_xact_lock(%(lock)s)
