-- The newest closed hour: where the next one goes on. Totals are whole numbers as text.
SELECT hour, cursor, creators_total::text AS creators_total, promotion_total::text AS promotion_total FROM ledger.hour ORDER BY hour DESC LIMIT 1
