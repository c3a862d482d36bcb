-- Whether a purchase is the first whose coins its buyer was granted for money; what became of it since does not matter. id: uuid
SELECT p.granted_class = 'paid' AND NOT EXISTS (
    SELECT FROM payments.purchase o
    WHERE o.account = p.account AND o.granted_class = 'paid' AND (o.granted_at, o.id) < (p.granted_at, p.id))
FROM payments.purchase p WHERE p.id = %(id)s
