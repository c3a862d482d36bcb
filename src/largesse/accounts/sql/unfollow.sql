-- Stops following. follower, followed: keys.
DELETE FROM accounts.follow WHERE follower = %(follower)s AND followed = %(followed)s
