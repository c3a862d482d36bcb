-- Note that a file is made, where its rail can tell one more of that day apart. bank_file_number refuses a number that is taken. id; originator: jsonb;
-- payouts; minor; number_max
WITH day AS (
    SELECT count(*) AS made FROM payouts.bank_file o JOIN payouts.bank_file f ON f.id = %(id)s AND o.rail = f.rail
    WHERE (o.made_at AT TIME ZONE 'UTC')::date = (now() AT TIME ZONE 'UTC')::date
)
UPDATE payouts.bank_file f SET made_at = now(), originator = %(originator)s, payouts = %(payouts)s, minor = %(minor)s, number = day.made FROM day
WHERE f.id = %(id)s AND f.made_at IS NULL AND day.made < %(number_max)s RETURNING f.number
