-- Removes attempts older than two of the longest windows (a day each); no parameters.
DELETE FROM kit.throttle WHERE bucket_at < now() - interval '2 days'
