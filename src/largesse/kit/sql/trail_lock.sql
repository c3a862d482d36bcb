-- Makes writers of the trail wait for each other until their transactions end; no parameters.
SELECT pg_advisory_xact_lock(7316504)
