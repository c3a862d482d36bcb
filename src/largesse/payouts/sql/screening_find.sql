-- An entry that seems to name somebody. key
SELECT key, creator, entry, name, born, status, found_at, decided_at, decided_by, reason FROM payouts.screening_match WHERE key = %(key)s
