-- A transfer as it stands. key
SELECT currency, state, ref, reason, back_minor FROM payouts.transfer WHERE key = %(key)s
