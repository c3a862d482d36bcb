-- A store is about to be told that the coins are there: not again for a while, which doubles at every try. Returns whether the grant is
-- older than a day; no row where the store knows already. id; pause_s, pause_s_max: seconds
UPDATE payments.purchase SET finish_tries = least(finish_tries + 1, 1000),
    finish_at = now() + make_interval(secs => least(%(pause_s_max)s, %(pause_s)s * 2 ^ least(finish_tries, 20)))
WHERE id = %(id)s AND unfinished RETURNING provider, provider_ref, granted_at < now() - interval '1 day' AS old
