-- How often a campaign has granted somebody. campaign: uuid; account
SELECT count(*) FROM payments.campaign_grant WHERE campaign = %(campaign)s AND account = %(account)s
