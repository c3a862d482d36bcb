-- Remembers how many seconds a stream's replay has. id, replay_s
UPDATE media.stream SET replay_s = %(replay_s)s WHERE id = %(id)s AND NOT open
