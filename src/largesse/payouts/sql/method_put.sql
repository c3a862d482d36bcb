-- Put a method down. Columns as in payouts.method; cool_s: seconds before anything goes there
INSERT INTO payouts.method (id, creator, rail, country, currency, shown, sealed, fingerprint, made_at, cool_until)
VALUES (%(id)s, %(creator)s, %(rail)s, %(country)s, %(currency)s, %(shown)s, %(sealed)s, %(fingerprint)s, now(),
    now() + make_interval(secs => %(cool_s)s))
