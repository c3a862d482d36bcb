-- US cents of orders that count against the buying limit since a moment. account; since: timestamptz
SELECT coalesce(sum(limit_minor), 0)::bigint FROM payments.purchase
WHERE account = %(account)s AND created_at >= %(since)s AND status NOT IN ('canceled', 'expired', 'failed')
