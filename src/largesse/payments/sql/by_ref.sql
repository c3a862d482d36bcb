-- The purchase of a provider's object. provider; ref
SELECT id FROM payments.purchase WHERE provider = %(provider)s AND provider_ref = %(ref)s
