-- Removes jobs that failed or were cancelled and had no event for keep_s seconds. keep_s: seconds.
DELETE FROM procrastinate.procrastinate_jobs j
WHERE j.status IN ('failed', 'cancelled', 'aborted', 'succeeded') AND NOT EXISTS (
    SELECT 1 FROM procrastinate.procrastinate_events e WHERE e.job_id = j.id AND e.at > now() - make_interval(secs => %(keep_s)s))
