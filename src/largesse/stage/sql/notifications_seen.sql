-- Somebody has seen what they were told, up to a broadcast. account; until
UPDATE stage.notification SET seen_at = now() WHERE account = %(account)s AND seen_at IS NULL AND broadcast <= %(until)s
