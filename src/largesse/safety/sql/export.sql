-- What is kept of somebody's own limits, breaks and blocks (an anonymous giver by the gift's receipt alone), as JSON; amounts are coins, or minor units of a currency. account
SELECT jsonb_build_object(
    'own_limits', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'amount', amount, 'currency', currency, 'next_amount',
            next_amount, 'next_currency', next_currency, 'next_at', next_at) ORDER BY name), '[]')
        FROM safety.own_limit WHERE account = %(account)s),
    'own_limit_changes', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'amount', amount, 'currency', currency, 'asked_at',
            asked_at, 'effective_at', effective_at) ORDER BY key), '[]')
        FROM safety.own_limit_change WHERE account = %(account)s),
    'breaks', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'since', since, 'until', until) ORDER BY since), '[]')
        FROM safety.rest WHERE account = %(account)s),
    'blocks', (SELECT coalesce(jsonb_agg(jsonb_build_object('username', CASE WHEN b.receipt = '' THEN a.username END,
            'receipt', nullif(b.receipt, ''), 'at', b.at) ORDER BY b.id), '[]')
        FROM safety.block b JOIN accounts.account a ON a.key = b.blocked WHERE b.account = %(account)s)
)::text
