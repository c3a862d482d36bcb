-- Lets one worker fold insights until its transaction ends; false while another one does. No parameters.
SELECT pg_try_advisory_xact_lock(7316536)
