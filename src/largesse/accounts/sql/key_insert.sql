-- Makes an API key. id: uuid; hash: bytea; account: key of who made it; name: text; scopes: text[]; host: key, or NULL for
-- an operator's; approved_by: key or NULL; now: time.
INSERT INTO accounts.bearer (id, kind, hash, account, name, scopes, host, created_at, seen_at, approved_by, approved_at)
VALUES (%(id)s, 'api_key', %(hash)s, %(account)s, %(name)s, %(scopes)s, %(host)s, %(now)s, %(now)s, %(approved_by)s::integer,
    CASE WHEN %(approved_by)s::integer IS NOT NULL THEN %(now)s::timestamptz END)
RETURNING key, id, account, name, scopes, host, created_at, seen_at, approved_by, approved_at, revoked_at
