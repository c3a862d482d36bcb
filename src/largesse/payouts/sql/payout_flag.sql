-- Put a reason for a person to look beside a payout; it goes on as it goes. id; reason
UPDATE payouts.payout SET reasons = reasons || %(reason)s::text WHERE id = %(id)s AND NOT %(reason)s = ANY (reasons)
