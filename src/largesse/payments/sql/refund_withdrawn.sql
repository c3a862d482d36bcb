-- Whether a buyer gave coins of this purchase back, and that stands or is on its way. purchase
SELECT EXISTS (
    SELECT 1 FROM payments.refund r JOIN payments.purchase p ON p.id = r.purchase
    WHERE r.purchase = %(purchase)s AND r.wanted_by = p.account AND r.status IN ('wanted', 'pending', 'done')
)
