-- An operator's newest rate of a currency. currency
SELECT per_dollar, as_of FROM payouts.rate WHERE currency = %(currency)s ORDER BY as_of DESC, key DESC LIMIT 1
