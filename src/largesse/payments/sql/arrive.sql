-- The money of a purchase is there: paid, where it is not yet. id; actor
WITH paid AS (
    UPDATE payments.purchase SET status = 'paid' WHERE id = %(id)s AND status <> 'paid' RETURNING id
)
INSERT INTO payments.purchase_event (purchase, status, actor) SELECT id, 'paid', %(actor)s FROM paid
