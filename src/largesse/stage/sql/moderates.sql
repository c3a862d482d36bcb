-- Whether an account moderates a creator's rooms. creator, account
SELECT EXISTS (SELECT FROM stage.moderator WHERE creator = %(creator)s AND account = %(account)s)
