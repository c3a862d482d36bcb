-- Sets a goal of a LIVE that has none. stage; title; kind: of gift, or null for coins; target. `one_goal_a_live` may refuse.
INSERT INTO stage.goal (stage, title, kind, target) VALUES (%(stage)s, %(title)s, %(kind)s, %(target)s) RETURNING *
