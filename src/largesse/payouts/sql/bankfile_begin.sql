-- Commit attempts of a file: every payout goes to submitting, once more tried; its transfer is put down. payouts, keys, bank_ids: arrays of one
-- length, in the file's order; minors; currencies; rail; file; actor. payout_legal_move refuses what is not approved
WITH part AS (
    SELECT * FROM unnest(%(payouts)s::uuid[], %(keys)s::text[], %(bank_ids)s::text[], %(minors)s::bigint[], %(currencies)s::text[]) WITH ORDINALITY
        AS u (payout, key, bank_id, minor, currency, n)
), moved AS (
    UPDATE payouts.payout p SET status = 'submitting', attempt = attempt + 1, submitted_at = now(), looks = 0, due_at = NULL FROM part
    WHERE p.id = part.payout RETURNING p.id, p.status
), told AS (
    INSERT INTO payouts.payout_event (payout, status, actor, reason, at) SELECT id, status, %(actor)s, '', now() FROM moved
)
INSERT INTO payouts.transfer (key, rail, minor, currency, state, ref, file, place, bank_id, at)
SELECT key, %(rail)s, minor, currency, 'submitted', bank_id, %(file)s, n - 1, bank_id, now() FROM part
