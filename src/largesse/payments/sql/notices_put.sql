-- Keeps notices as they came; a repeat of (provider, event) is left out. Arrays of one length: providers, events, kinds,
-- asks: text[]; refs: text[] of JSON arrays; bodies: bytea[]: in binary, for as text each body would be written in hex and
-- escaped, and read back. Returns the number of new ones.
WITH made AS (
    INSERT INTO payments.notice (provider, event, kind, asks, refs, body, done_at, outcome)
    SELECT provider, event, kind, asks, ARRAY (SELECT jsonb_array_elements_text(refs::jsonb)), body,
        CASE WHEN refs = '[]' THEN now() END, CASE WHEN refs = '[]' THEN 'unknown kind' ELSE '' END
    FROM unnest(%(providers)b::text[], %(events)b::text[], %(kinds)b::text[], %(asks)b::text[], %(refs)b::text[], %(bodies)b::bytea[])
        AS u (provider, event, kind, asks, refs, body)
    ON CONFLICT (provider, event) DO NOTHING
    RETURNING done_at
)
SELECT count(*) FILTER (WHERE done_at IS NULL) FROM made
