-- Lift some causes of a freeze; returns whether others are left. The wallet is locked, by a statement before this one.
-- account; causes: text[]; about: a dispute's transfer or 0
WITH lifted AS (
    DELETE FROM ledger.freeze WHERE account = %(account)s AND cause = ANY (%(causes)s::text[]) AND about = %(about)s
)
UPDATE ledger.wallet SET frozen = EXISTS (
    SELECT FROM ledger.freeze f WHERE f.account = %(account)s AND NOT (f.cause = ANY (%(causes)s::text[]) AND f.about = %(about)s)
) WHERE account = %(account)s RETURNING frozen
