-- Makes or changes the book of a region and channel, and gives its key. region, channel; currency: never changed after;
-- tax_bps, channel_fee_bps: basis points; channel_fee_minor: minor units; coins_min, coins_max, micros_per_coin: custom
-- amounts, all or none (constraint custom_whole); unit_usd_micros: 1000000 for USD (constraint dollar_is_a_dollar)
INSERT INTO catalog.price_book (region, channel, currency, tax_bps, channel_fee_bps, channel_fee_minor, custom_coins_min,
    custom_coins_max, custom_micros_per_coin, unit_usd_micros)
VALUES (%(region)s, %(channel)s, %(currency)s, %(tax_bps)s, %(channel_fee_bps)s, %(channel_fee_minor)s, %(coins_min)s,
    %(coins_max)s, %(micros_per_coin)s, %(unit_usd_micros)s)
ON CONFLICT (region, channel) DO UPDATE SET tax_bps = excluded.tax_bps, channel_fee_bps = excluded.channel_fee_bps,
    channel_fee_minor = excluded.channel_fee_minor, custom_coins_min = excluded.custom_coins_min,
    custom_coins_max = excluded.custom_coins_max, custom_micros_per_coin = excluded.custom_micros_per_coin,
    unit_usd_micros = excluded.unit_usd_micros
RETURNING key
