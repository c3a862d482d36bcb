-- Lets somebody moderate a creator's rooms no longer. creator, account
DELETE FROM stage.moderator WHERE creator = %(creator)s AND account = %(account)s
