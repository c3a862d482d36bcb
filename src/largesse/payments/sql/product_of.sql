-- The product of a store's receipt; references of such stores are product:receipt. provider; receipt
SELECT split_part(provider_ref, ':', 1) FROM payments.purchase
WHERE provider = %(provider)s AND split_part(provider_ref, ':', 2) = %(receipt)s AND provider_ref LIKE '%%:%%'
