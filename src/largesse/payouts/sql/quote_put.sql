-- Put a quote down. Columns as in payouts.quote
INSERT INTO payouts.quote (id, creator, method, policy, days, policies, millis, gross_minor, fee_minor, net_minor, net_currency, rate, rate_source,
    rate_on, made_at, expires_at)
VALUES (%(id)s, %(creator)s, %(method)s, %(policy)s, %(days)s::date[], %(policies)s::smallint[], %(millis)s::bigint[], %(gross_minor)s, %(fee_minor)s,
    %(net_minor)s, %(net_currency)s, %(rate)s, %(rate_source)s, %(rate_on)s, %(made_at)s, %(expires_at)s)
