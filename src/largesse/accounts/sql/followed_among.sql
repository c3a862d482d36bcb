-- Whom of some accounts somebody follows. follower: key; accounts: int[]
SELECT f.followed FROM accounts.follow f WHERE f.follower = %(follower)s AND f.followed = ANY (%(accounts)s::int[])
