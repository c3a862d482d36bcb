-- One purchase as the office's list shows it. id
SELECT p.id, a.id AS account, a.username, p.coins, p.price_minor, p.currency, p.paid_minor, p.paid_currency, p.fee_minor, p.refunded_minor,
    p.provider, p.provider_ref, p.channel, p.status, p.live, p.flags, p.created_at, p.granted_at
FROM payments.purchase p JOIN accounts.account a ON a.key = p.account WHERE p.id = %(id)s
