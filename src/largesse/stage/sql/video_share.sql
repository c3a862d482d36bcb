-- Counts a share. key
UPDATE stage.video SET shares = shares + 1 WHERE stage = %(key)s
