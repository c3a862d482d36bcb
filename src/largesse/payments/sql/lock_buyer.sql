-- Lets one order of a buyer at a time be judged, until the transaction ends. account
SELECT pg_advisory_xact_lock(7316505, %(account)s)
