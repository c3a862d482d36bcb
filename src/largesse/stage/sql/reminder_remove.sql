-- Somebody does not want to be reminded of a LIVE any more. stage; account
DELETE FROM stage.reminder WHERE stage = %(stage)s AND account = %(account)s
