-- Everything else that is kept about a person here, as JSON. account: key.
SELECT jsonb_build_object(
    'sessions', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'name', name, 'device', device, 'address', host(address),
            'created_at', created_at, 'seen_at', seen_at, 'expires_at', expires_at, 'revoked_at', revoked_at) ORDER BY key), '[]')
        FROM accounts.bearer WHERE account = %(account)s),
    'accepted_terms', (SELECT coalesce(jsonb_agg(jsonb_build_object('document', document, 'version', version,
            'accepted_at', accepted_at) ORDER BY accepted_at), '[]')
        FROM accounts.acceptance WHERE account = %(account)s),
    'follows', (SELECT coalesce(jsonb_agg(jsonb_build_object('username', a.username, 'since', f.at) ORDER BY f.at), '[]')
        FROM accounts.follow f JOIN accounts.account a ON a.key = f.followed WHERE f.follower = %(account)s),
    'followers', (SELECT coalesce(jsonb_agg(jsonb_build_object('username', a.username, 'since', f.at) ORDER BY f.at), '[]')
        FROM accounts.follow f JOIN accounts.account a ON a.key = f.follower WHERE f.followed = %(account)s),
    'second_factor', (SELECT jsonb_build_object('since', confirmed_at) FROM accounts.totp
        WHERE account = %(account)s AND confirmed_at IS NOT NULL),
    'gifter', (SELECT jsonb_build_object('coins', g.coins, 'level', width_bucket(g.coins, r.coins_min))
        FROM accounts.gifter g CROSS JOIN accounts.badge_rule_in_force r WHERE g.account = %(account)s),
    'host_users', (SELECT coalesce(jsonb_agg(jsonb_build_object('host', h.name, 'host_user', u.host_user, 'since', u.at)), '[]')
        FROM accounts.host_user u JOIN accounts.host h ON h.key = u.host WHERE u.account = %(account)s)
)::text
