-- Grants by id, with their campaign's name and code. ids: uuid[]
SELECT g.id, g.campaign, c.name, c.code, g.account, g.n, g.coins, g.granted_at
FROM payments.campaign_grant g JOIN payments.campaign c ON c.id = g.campaign
WHERE g.id = ANY (%(ids)s::uuid[])
