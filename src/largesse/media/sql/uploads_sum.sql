-- How many uploads of an account are on their way, and the bytes of those of a day. creator: account
SELECT count(*) FILTER (WHERE ended_at IS NULL AND expires_at > now()) AS on_way, coalesce(sum(length), 0)::bigint AS day_bytes
FROM media.upload WHERE creator = %(creator)s AND at > now() - interval '1 day'
