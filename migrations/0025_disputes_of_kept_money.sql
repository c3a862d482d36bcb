-- A bank takes money back that was kept apart, or gives it back after all.
INSERT INTO payments.purchase_move VALUES
    ('mismatch', 'charged_back'), ('charged_back', 'mismatch'), ('charged_back', 'refunded')
ON CONFLICT DO NOTHING;
