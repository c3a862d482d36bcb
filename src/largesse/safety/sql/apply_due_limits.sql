-- Let limits come that are due; returns whose. limit: rows
UPDATE safety.own_limit l SET amount = l.next_amount, currency = l.next_currency, next_amount = NULL, next_currency = NULL, next_at = NULL
FROM (SELECT account, name FROM safety.own_limit WHERE next_at <= now() ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) due
WHERE (l.account, l.name) = (due.account, due.name)
RETURNING l.account
