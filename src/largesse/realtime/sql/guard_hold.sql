-- Holds, for as long as this session lives, the lock that says: the owner of this name lives. owner: text
SELECT pg_advisory_lock(19527, hashtext(%(owner)s))
