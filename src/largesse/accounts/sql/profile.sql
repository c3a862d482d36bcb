-- What a public profile adds to a person. account: key; viewer: key, or NULL for a guest.
SELECT a.created_at,
    (SELECT count(*) FROM accounts.follow f WHERE f.followed = a.key) AS followers,
    (SELECT count(*) FROM accounts.follow f WHERE f.follower = a.key) AS following,
    CASE WHEN %(viewer)s::integer IS NOT NULL THEN EXISTS (
        SELECT 1 FROM accounts.follow f WHERE f.follower = %(viewer)s AND f.followed = a.key) END AS you_follow
FROM accounts.account a WHERE a.key = %(account)s
