-- Enters an order. status: created, or paid for a store's purchase. id, account; bundle: key or NULL; coins, quantity;
-- price_minor, tax_minor, fee_minor (what the channel is expected to keep): minor units of currency; region, channel: of
-- the price book; provider, provider_ref; return_url; limit_minor: US cents; country: the buyer's; withdraw_days, tax_added: what
-- holds there; actor: who asks.
-- Trigger purchase_legal_entry refuses other beginnings, purchase_pkey a used id, purchase_provider_provider_ref_key and
-- purchase_receipt a provider's object that is somebody's already.
WITH made AS (
    INSERT INTO payments.purchase (id, status, account, bundle, coins, quantity, price_minor, tax_minor, fee_minor, currency, region, channel,
        provider, provider_ref, return_url, limit_minor, country, withdraw_days, tax_added)
    VALUES (%(id)s, %(status)s, %(account)s, %(bundle)s, %(coins)s, %(quantity)s, %(price_minor)s, %(tax_minor)s, %(fee_minor)s, %(currency)s,
        %(region)s, %(channel)s, %(provider)s, %(provider_ref)s, %(return_url)s, %(limit_minor)s, %(country)s,
        %(withdraw_days)s, %(tax_added)s)
    RETURNING id, status
)
INSERT INTO payments.purchase_event (purchase, status, actor) SELECT id, status, %(actor)s FROM made
