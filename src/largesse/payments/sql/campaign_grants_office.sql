-- What a campaign granted, newest id first. campaign: uuid; before: uuid to go on behind, or NULL; limit: rows
SELECT g.id, a.id AS account, a.username, g.n, g.coins, g.granted_at
FROM payments.campaign_grant g JOIN accounts.account a ON a.key = g.account
WHERE g.campaign = %(campaign)s AND (%(before)s::uuid IS NULL OR g.id < %(before)s)
ORDER BY g.id DESC LIMIT %(limit)s
