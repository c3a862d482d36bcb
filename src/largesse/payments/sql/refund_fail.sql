-- A refund that we want has failed. id
UPDATE payments.refund SET status = 'failed', moved_at = now() WHERE id = %(id)s AND status IN ('wanted', 'pending')
