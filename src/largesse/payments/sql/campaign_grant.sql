-- Enters a grant of a locked campaign and takes it from the budget. id, campaign: uuid; account; n: the how manieth; coins.
-- Constraints campaign_grant_pkey and once_a_person refuse one that is there, budget_holds one that is too much.
WITH budget AS (
    UPDATE payments.campaign SET granted_coins = granted_coins + %(coins)s WHERE id = %(campaign)s
)
INSERT INTO payments.campaign_grant (id, campaign, account, n, coins)
VALUES (%(id)s, %(campaign)s, %(account)s, %(n)s, %(coins)s)
