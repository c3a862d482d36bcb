-- The database's clock at this moment, after any wait for the trail's lock; no parameters.
SELECT clock_timestamp()
