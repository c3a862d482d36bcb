-- How transfers of a rail of files are named at their bank: those that it names, those of files that it names, and those of payouts.
-- rail; bank_ids: text[]; files: uuid[]; payouts: uuid[]
WITH named AS (
    SELECT key FROM payouts.transfer WHERE rail = %(rail)s AND bank_id = ANY (%(bank_ids)s)
    UNION
    SELECT key FROM payouts.transfer WHERE rail = %(rail)s AND file = ANY (%(files)s)
    UNION
    SELECT t.key FROM payouts.payout p JOIN payouts.transfer t ON t.key = 'payout:' || p.id || ':' || p.attempt
    WHERE p.id = ANY (%(payouts)s) AND t.rail = %(rail)s
)
SELECT t.bank_id, t.file, split_part(t.key, ':', 2)::uuid AS payout FROM named JOIN payouts.transfer t USING (key) ORDER BY t.key
