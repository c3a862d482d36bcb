-- How many different viewers a stage had. stage
SELECT count(*) FROM stage.viewing WHERE stage = %(stage)s
