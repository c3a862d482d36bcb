-- Lets one worker fold gifters' levels until its transaction ends; false while another one does. No parameters.
SELECT pg_try_advisory_xact_lock(7316520)
