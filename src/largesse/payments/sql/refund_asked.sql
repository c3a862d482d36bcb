-- The provider was asked for a refund, or is about to be: not again within a minute. id
UPDATE payments.refund SET moved_at = now() WHERE id = %(id)s AND status IN ('wanted', 'pending')
