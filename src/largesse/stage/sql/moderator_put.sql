-- Lets somebody moderate a creator's rooms, at most `most` people; nothing where there are so many. creator, account, most
INSERT INTO stage.moderator (creator, account)
SELECT %(creator)s, %(account)s WHERE (SELECT count(*) FROM stage.moderator WHERE creator = %(creator)s) < %(most)s
ON CONFLICT DO NOTHING
