-- A bank that took its time and then declined leaves a payment open: the buyer may try another way.
INSERT INTO payments.purchase_move VALUES ('pending', 'awaiting_payment') ON CONFLICT DO NOTHING;
