-- A provider's own list of news has been read until then. provider; until: timestamptz
INSERT INTO payments.caught_up (provider, until) VALUES (%(provider)s, %(until)s)
ON CONFLICT (provider) DO UPDATE SET until = greatest(caught_up.until, excluded.until)
