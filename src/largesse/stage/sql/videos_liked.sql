-- Which of these videos somebody likes. account; keys: int[]
SELECT stage FROM stage.video_like WHERE account = %(account)s AND stage = ANY (%(keys)s::int[])
