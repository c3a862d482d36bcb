-- Rows of the staff trail in order. n: the number to start behind; limit: rows.
SELECT n, at, actor, verb, about, body, chain FROM kit.trail WHERE n > %(n)s ORDER BY n LIMIT %(limit)s
