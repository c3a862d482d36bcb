-- Put an operator's rate down. currency; per_dollar: units of it for one US dollar; as_of: its day; by: account
INSERT INTO payouts.rate (currency, per_dollar, as_of, made_by) VALUES (%(currency)s, %(per_dollar)s, %(as_of)s, %(by)s)
