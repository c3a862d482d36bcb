-- Every goal of a LIVE, in the order in which they were set. stage; limit
SELECT * FROM stage.goal WHERE stage = %(stage)s ORDER BY key LIMIT %(limit)s
