-- Puts one job in the queue and gives its number. task: name; args: JSON text.
SELECT unnest(procrastinate.procrastinate_defer_jobs_v1(ARRAY[
    ('default', %(task)s, 0, NULL, NULL, %(args)s::jsonb, NULL)::procrastinate.procrastinate_job_to_defer_v1]))
