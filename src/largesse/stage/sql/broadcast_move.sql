-- A broadcast has come so far. key; told_until: account; done
UPDATE stage.broadcast SET told_until = %(told_until)s, done_at = CASE WHEN %(done)s THEN now() END WHERE key = %(key)s
