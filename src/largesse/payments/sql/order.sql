-- Enters an order as created. id, account; bundle: key or NULL; coins; price_minor, tax_minor: minor units of currency;
-- region, channel: of the price book; provider; limit_minor: US cents; actor: who asks.
-- Trigger purchase_legal_entry refuses other beginnings, purchase_pkey a used id.
WITH made AS (
    INSERT INTO payments.purchase (id, account, bundle, coins, price_minor, tax_minor, currency, region, channel, provider,
        limit_minor)
    VALUES (%(id)s, %(account)s, %(bundle)s, %(coins)s, %(price_minor)s, %(tax_minor)s, %(currency)s, %(region)s,
        %(channel)s, %(provider)s, %(limit_minor)s)
    RETURNING id, status
)
INSERT INTO payments.purchase_event (purchase, status, actor) SELECT id, status, %(actor)s FROM made
