-- Coins and pieces of gifts given while a LIVE ran, in windows of time, without what was reversed. All arrays are of equal length.
-- A gift of which a part was reversed counts as many whole pieces as its other coins are worth.
-- stages: int[]; sinces: timestamptz[]; untils: timestamptz[], null has no end; kinds: int[], 0 is any; cursors: text[] of
-- bigint[], null for all: of each stripe only batches up to this one
WITH within AS (
    SELECT * FROM unnest(%(stages)s::int[], %(sinces)s::timestamptz[], %(untils)s::timestamptz[], %(kinds)s::int[], %(cursors)s::text[])
        WITH ORDINALITY AS w (stage, since, until, kind, seen, n)
), parts AS (
    SELECT p.batch, p.leaf, sum(p.coins)::bigint AS coins FROM ledger.gift_part p
    WHERE p.stage = ANY (%(stages)s::int[]) GROUP BY p.batch, p.leaf
)
SELECT w.n, coalesce(sum(g.coins - coalesce(r.coins, 0)), 0)::bigint AS coins,
    coalesce(sum(g.count * (g.coins - coalesce(r.coins, 0)) / g.coins), 0)::bigint AS pieces
FROM within w
LEFT JOIN LATERAL (
    SELECT g.batch, g.leaf, g.count, (g.coins_paid + g.coins_promo)::bigint AS coins
    FROM ledger.staged p
    JOIN ledger.batch b ON b.batch = p.batch AND b.recorded_at >= w.since AND (w.until IS NULL OR b.recorded_at < w.until)
    JOIN ledger.gift g ON g.batch = p.batch AND g.stage = p.stage
    WHERE p.stage = w.stage AND p.hour >= floor(extract(epoch FROM w.since) / 3600)::int
        AND (w.until IS NULL OR p.hour <= floor(extract(epoch FROM w.until) / 3600)::int)
        AND (w.seen IS NULL OR p.batch <= (w.seen::bigint[])[(p.batch & 63)::int + 1])
        AND g.flags & 3 = 0 AND (w.kind = 0 OR g.kind = w.kind)
) g ON true
LEFT JOIN parts r ON r.batch = g.batch AND r.leaf = g.leaf
GROUP BY w.n ORDER BY w.n
