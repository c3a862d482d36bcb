-- One at a time begins a batch, until its transaction ends.
SELECT pg_advisory_xact_lock(7316506)
