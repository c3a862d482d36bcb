-- Revokes an account's bearers and gives their hashes. account: key; kinds: text[]; id: uuid of one of them, or NULL; only:
-- key of one of them, or NULL; keep: key of a bearer that stays, or NULL; now: time.
UPDATE accounts.bearer SET revoked_at = %(now)s
WHERE account = %(account)s AND kind = ANY (%(kinds)s) AND revoked_at IS NULL
    AND (%(id)s::uuid IS NULL OR id = %(id)s) AND (%(only)s::integer IS NULL OR key = %(only)s)
    AND key IS DISTINCT FROM %(keep)s::integer
RETURNING hash
