-- What providers really do with money, as a state machine over any order of events found it.
INSERT INTO payments.purchase_move VALUES
    -- Money that was kept apart and sent back comes again: a bank turned the refund away, and a person decides anew.
    ('refunded', 'mismatch'),
    -- A dispute that was won is lost after all, while money was given back in between.
    ('refunded', 'charged_back'), ('partially_refunded', 'charged_back'), ('granted', 'charged_back')
ON CONFLICT DO NOTHING;
