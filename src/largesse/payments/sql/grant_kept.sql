-- Grants a purchase whose money was kept apart: its price becomes what arrived, its tax the same part of it. id; actor;
-- reason. Trigger purchase_legal_move refuses one that is not a mismatch.
WITH moved AS (
    UPDATE payments.purchase SET status = 'granted', granted_class = 'paid', granted_at = now(),
        tax_minor = tax_minor * paid_minor / price_minor, price_minor = paid_minor, currency = paid_currency
    WHERE id = %(id)s
    RETURNING id, status
)
INSERT INTO payments.purchase_event (purchase, status, actor, reason) SELECT id, status, %(actor)s, %(reason)s FROM moved
