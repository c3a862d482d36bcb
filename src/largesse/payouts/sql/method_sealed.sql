-- What of a method is not for people's eyes. id
SELECT sealed, fingerprint, codes FROM payouts.method WHERE id = %(id)s
