-- Remembers how many seconds a LIVE's replay has. stage, replay_s
UPDATE media.stream SET replay_s = %(replay_s)s WHERE stage = %(stage)s AND NOT open
