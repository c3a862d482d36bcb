-- What a store's own reports call a purchase, where that is not what it is claimed by: Google's order number.
ALTER TABLE payments.purchase ADD COLUMN order_ref text CHECK (length(order_ref) BETWEEN 1 AND 100);
CREATE INDEX purchase_order_ref ON payments.purchase (provider, order_ref) WHERE order_ref IS NOT NULL;
