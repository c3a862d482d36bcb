-- The rules of every country, '' being every other one, in the order of their days; no parameters.
SELECT country, effective_on, years FROM accounts.age_rule ORDER BY country, effective_on
