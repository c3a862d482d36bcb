-- Gives back jobs whose worker is gone (no row, or no sign of life for silent_s), and those that began more than run_s ago,
-- whose end could not be written; after attempts_max attempts a job has failed. Gives the number of jobs.
-- silent_s, run_s: seconds; attempts_max: count.
WITH reaped AS (
    UPDATE procrastinate.procrastinate_jobs j
    SET status = (CASE WHEN j.attempts + 1 >= %(attempts_max)s THEN 'failed' ELSE 'todo' END)::procrastinate.procrastinate_job_status,
        attempts = j.attempts + 1, abort_requested = false, worker_id = NULL, scheduled_at = now()
    WHERE j.status = 'doing' AND (
        NOT EXISTS (SELECT 1 FROM procrastinate.procrastinate_workers w
            WHERE w.id = j.worker_id AND w.last_heartbeat >= now() - make_interval(secs => %(silent_s)s))
        OR NOT EXISTS (SELECT 1 FROM procrastinate.procrastinate_events e
            WHERE e.job_id = j.id AND e.type = 'started' AND e.at >= now() - make_interval(secs => %(run_s)s)))
    RETURNING j.id
)
SELECT count(*) FROM reaped
