-- Say whether an entry names the creator. key; status: cleared or confirmed; decided_by: an operator; reason. screening_not_ones_own refuses one's own.
UPDATE payouts.screening_match SET status = %(status)s, decided_at = now(), decided_by = %(decided_by)s, reason = %(reason)s WHERE key = %(key)s
