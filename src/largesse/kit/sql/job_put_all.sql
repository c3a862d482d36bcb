-- Puts jobs of one kind in the queue, in order. task: name; args: JSON text, an array of what each gets.
SELECT procrastinate.procrastinate_defer_jobs_v1(array_agg(
    ('default', %(task)s, 0, NULL, NULL, one.args, NULL)::procrastinate.procrastinate_job_to_defer_v1 ORDER BY one.n))
FROM jsonb_array_elements(%(args)s::jsonb) WITH ORDINALITY AS one (args, n) HAVING count(*) > 0
