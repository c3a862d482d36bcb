-- LIVEs whose creator has been without a signal for so long. silent_s, limit
SELECT stage FROM media.stream
WHERE open AND guest IS NULL AND lost_at < now() - make_interval(secs => %(silent_s)s) ORDER BY lost_at LIMIT %(limit)s
