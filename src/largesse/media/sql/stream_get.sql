-- A LIVE's stream by its public id. id
SELECT stage, id, creator, open, key_number, run, holder IS NOT NULL AS held, lost_at, replay_s
FROM media.stream WHERE id = %(id)s
