-- Who moderates a creator's rooms, who came first first. creator
SELECT account FROM stage.moderator WHERE creator = %(creator)s ORDER BY at, account
