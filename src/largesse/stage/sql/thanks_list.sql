-- Who was thanked. stage
SELECT account FROM stage.thanks WHERE stage = %(stage)s
