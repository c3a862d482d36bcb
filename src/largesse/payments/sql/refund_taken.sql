-- Whether the coins of a refund left before the provider was asked. id
SELECT taken FROM payments.refund WHERE id = %(id)s
