-- The sandbox provider's buyer disputes a charge. ref; charge; minor, fee_minor: minor units of the charge's currency
INSERT INTO payments.sandbox_dispute (ref, charge, minor, fee_minor, status)
VALUES (%(ref)s, %(charge)s, %(minor)s, %(fee_minor)s, 'open')
