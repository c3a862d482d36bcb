-- The provider was asked. id; ref: kept where the purchase has none
UPDATE payments.purchase SET looked_at = now(), provider_ref = coalesce(provider_ref, %(ref)s) WHERE id = %(id)s
