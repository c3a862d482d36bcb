-- The sandbox provider takes an order; again is nothing. ref; purchase; minor, fee_minor: minor units of currency
INSERT INTO payments.sandbox_charge (ref, purchase, minor, fee_minor, currency)
VALUES (%(ref)s, %(purchase)s, %(minor)s, %(fee_minor)s, %(currency)s) ON CONFLICT (ref) DO NOTHING
