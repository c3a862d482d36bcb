-- Those of the accounts that somebody follows. follower: key; accounts: integer[].
SELECT followed FROM accounts.follow WHERE follower = %(follower)s AND followed = ANY (%(accounts)s)
