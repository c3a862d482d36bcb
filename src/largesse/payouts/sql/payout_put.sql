-- Put a payout down as requested, with its first step. one_open refuses a second one that is open. id, quote, creator, rail, gross_minor: US
-- cents, reasons: text[]
WITH made AS (
    INSERT INTO payouts.payout (id, quote, creator, rail, gross_minor, reasons, requested_at)
    VALUES (%(id)s, %(quote)s, %(creator)s, %(rail)s, %(gross_minor)s, %(reasons)s, now()) RETURNING id, status
)
INSERT INTO payouts.payout_event (payout, status, actor, at) SELECT id, status, 'creator', now() FROM made
