-- Puts a refund down, or moves one that is known. id; purchase; provider; ref; minor: minor units of currency; status;
-- reason; wanted_by: account or NULL; taken: the coins have left already
INSERT INTO payments.refund (id, purchase, provider, ref, minor, currency, status, reason, wanted_by, taken)
VALUES (%(id)s, %(purchase)s, %(provider)s, %(ref)s, %(minor)s, %(currency)s, %(status)s, %(reason)s, %(wanted_by)s, %(taken)s)
ON CONFLICT (id) DO UPDATE SET ref = coalesce(excluded.ref, refund.ref), status = excluded.status, moved_at = now()
