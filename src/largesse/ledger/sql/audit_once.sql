-- Keys that stand in the journal twice; and guards of the books that are switched off or broken.
SELECT 'gift ' || id || ' of account ' || sender AS about, 'stands in the journal twice' AS detail
FROM (SELECT id, sender, lag(id) OVER w AS before_id, lag(sender) OVER w AS before_sender FROM ledger.gift WINDOW w AS (ORDER BY id, sender)) g
WHERE id = before_id AND sender = before_sender
UNION ALL
SELECT 'trigger ' || t.tgname || ' on ' || t.tgrelid::regclass, 'is switched off'
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'ledger'::regnamespace AND t.tgenabled NOT IN ('O', 'A')
UNION ALL
SELECT 'index ' || i.indexrelid::regclass, 'is not valid'
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = 'ledger'::regnamespace AND NOT (i.indisvalid AND i.indisready)
UNION ALL
SELECT 'table ' || w.name, 'has lost the trigger that refuses changes'
FROM unnest(ARRAY['transfer', 'leg', 'lot', 'lot_cut', 'gift', 'batch', 'checkpoint', 'taking', 'dispute', 'gift_part', 'held', 'unallocated', 'diamond_grant']) AS w (name)
WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = ('ledger.' || w.name)::regclass AND t.tgname = w.name || '_for_ever')
UNION ALL
SELECT 'table ledger.leg', 'has lost the trigger that checks zero sums'
WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = 'ledger.leg'::regclass AND t.tgname = 'leg_zero_sum')
LIMIT 1000
