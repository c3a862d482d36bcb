-- Viewers, likes and comments of a LIVE by steps of whole minutes; what came at the very end is in the last one.
-- stage; began: when it started; step_s: a multiple of 60; steps: how many there are
SELECT least(step, %(steps)s - 1) AS step, max(viewers)::int AS viewers, sum(likes)::bigint AS likes, sum(comments)::bigint AS comments
FROM (
    SELECT minute / (%(step_s)s / 60) AS step, viewers, likes, 0 AS comments FROM stage.minute WHERE stage = %(stage)s
    UNION ALL
    SELECT greatest(0, floor(extract(epoch FROM at - %(began)s::timestamptz) / %(step_s)s))::int, NULL, 0, 1
    FROM stage.comment WHERE stage = %(stage)s AND hidden_by IS NULL
) m GROUP BY 1 ORDER BY 1
