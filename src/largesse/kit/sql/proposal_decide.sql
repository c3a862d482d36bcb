-- Decides a locked, open proposal. id: uuid; state: approved, rejected or withdrawn; by: account key.
-- Constraint four_eyes refuses an approval by whoever proposed it.
UPDATE kit.proposal SET state = %(state)s, decided_by = %(by)s, decided_at = now() WHERE id = %(id)s
RETURNING id, kind, body, reason, ticket, proposed_by, proposed_at, state, decided_by, decided_at
