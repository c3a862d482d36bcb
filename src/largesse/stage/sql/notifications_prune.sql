-- Forgets what was told so long ago, and broadcasts that are as old. kept_days; limit
WITH old AS (
    SELECT account, stage FROM stage.notification WHERE at < now() - make_interval(days => %(kept_days)s) LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM stage.broadcast WHERE done_at < now() - make_interval(days => %(kept_days)s)
)
DELETE FROM stage.notification n USING old o WHERE n.account = o.account AND n.stage = o.stage
