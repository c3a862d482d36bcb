-- Follows; no row where it was so already. follower, followed: keys; now: time.
INSERT INTO accounts.follow (follower, followed, at) VALUES (%(follower)s, %(followed)s, %(now)s) ON CONFLICT DO NOTHING
RETURNING followed
