-- Blocks somebody; nothing where it was done, or where so many are blocked already. id: uuid; account, blocked; receipt: '' for a named person; most
INSERT INTO safety.block (id, account, blocked, receipt)
SELECT %(id)s, %(account)s, %(blocked)s, %(receipt)s
WHERE (SELECT count(*) FROM safety.block WHERE account = %(account)s) < %(most)s
ON CONFLICT (account, blocked, receipt) DO NOTHING
