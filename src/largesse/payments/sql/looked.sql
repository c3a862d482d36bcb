-- The provider was asked. id; ref, order: kept where the purchase has none
UPDATE payments.purchase SET looked_at = now(), provider_ref = coalesce(provider_ref, %(ref)s), order_ref = coalesce(order_ref, %(order)s)
WHERE id = %(id)s
