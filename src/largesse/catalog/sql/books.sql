-- Every price book, the oldest first; no parameters.
SELECT key, region, channel, currency, tax_bps, channel_fee_bps, channel_fee_minor, custom_coins_min, custom_coins_max,
    custom_micros_per_coin, unit_usd_micros
FROM catalog.price_book ORDER BY key
