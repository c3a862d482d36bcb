-- Forgets the attempts under a key. key: text.
DELETE FROM kit.throttle WHERE key = %(key)s
