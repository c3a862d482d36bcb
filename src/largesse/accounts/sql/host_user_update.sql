-- Changes an account that a host made; NULL leaves a name or a birth date. account: key; display_name, country: text;
-- birth_date, adult_from: days.
UPDATE accounts.account SET display_name = coalesce(%(display_name)s, display_name), country = %(country)s,
    birth_date = coalesce(%(birth_date)s, birth_date), adult_from = %(adult_from)s
WHERE key = %(account)s AND erased_at IS NULL
