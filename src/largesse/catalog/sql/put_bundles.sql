-- Makes or re-prices bundles of a book, and retires its others. book: key; stem: the ids' beginning; coins,
-- prices_minor, product_ids: arrays side by side
WITH wanted AS (
    SELECT * FROM unnest(%(coins)s::integer[], %(prices_minor)s::bigint[], %(product_ids)s::text[]) AS w (coins, price_minor, product_id)
), gone AS (
    UPDATE catalog.bundle SET retired_at = now()
    WHERE book = %(book)s AND retired_at IS NULL AND coins <> ALL (%(coins)s::integer[])
)
INSERT INTO catalog.bundle (id, book, coins, price_minor, product_id)
SELECT %(stem)s || w.coins, %(book)s, w.coins, w.price_minor, w.product_id FROM wanted w ORDER BY w.coins
ON CONFLICT (book, coins) DO UPDATE SET price_minor = excluded.price_minor, product_id = excluded.product_id, retired_at = NULL
