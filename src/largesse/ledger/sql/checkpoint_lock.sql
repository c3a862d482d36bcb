-- One signer at a time; a transaction that waited sees what the one before it signed.
SELECT pg_advisory_xact_lock(7316502)
