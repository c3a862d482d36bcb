-- The newest row of the staff trail: its number and its chain; no parameters.
SELECT n, chain FROM kit.trail ORDER BY n DESC LIMIT 1
