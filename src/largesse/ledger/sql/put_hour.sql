-- An hour is closed: its row, and so the cursor from which the next one goes on. Columns as in ledger.hour
INSERT INTO ledger.hour (hour, transfer, cursor, gifts, coins_paid, coins_promo, diamonds_milli, creators_total, promotion_total)
VALUES (%(hour)s, %(transfer)s, %(cursor)s, %(gifts)s, %(coins_paid)s, %(coins_promo)s, %(diamonds_milli)s, %(creators_total)s, %(promotion_total)s)
