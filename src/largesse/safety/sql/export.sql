-- What is kept of somebody's own limits and breaks, as JSON; amounts are coins, or minor units of a currency. account
SELECT jsonb_build_object(
    'own_limits', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'amount', amount, 'currency', currency, 'next_amount',
            next_amount, 'next_currency', next_currency, 'next_at', next_at) ORDER BY name), '[]')
        FROM safety.own_limit WHERE account = %(account)s),
    'own_limit_changes', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'amount', amount, 'currency', currency, 'asked_at',
            asked_at, 'effective_at', effective_at) ORDER BY key), '[]')
        FROM safety.own_limit_change WHERE account = %(account)s),
    'breaks', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'since', since, 'until', until) ORDER BY since), '[]')
        FROM safety.rest WHERE account = %(account)s)
)::text
