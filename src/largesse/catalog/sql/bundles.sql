-- Every bundle, retired ones too, by book, the smallest first; no parameters.
SELECT key, id, book, coins, price_minor, product_id, retired_at FROM catalog.bundle ORDER BY book, coins
