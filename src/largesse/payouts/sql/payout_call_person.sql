-- Put a payout before a person: nothing asks its rail by itself any more. id; reason: why
UPDATE payouts.payout SET due_at = NULL, reasons = CASE WHEN %(reason)s = ANY (reasons) THEN reasons ELSE reasons || %(reason)s::text END
WHERE id = %(id)s
