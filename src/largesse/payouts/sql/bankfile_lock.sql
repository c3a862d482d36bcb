-- One at a time makes files, until its transaction ends.
SELECT pg_advisory_xact_lock(7316507)
