-- How many want to be reminded of a LIVE, and whether somebody does. stage; account, 0 for a guest
SELECT count(*) AS count, coalesce(bool_or(account = %(account)s), false) AS set FROM stage.reminder WHERE stage = %(stage)s
