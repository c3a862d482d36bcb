-- Withdraw and empty whatever a creator showed. creator
WITH mine AS (
    UPDATE payouts.paper SET sealed = NULL, reason = '', status = CASE WHEN status IN ('draft', 'waiting') THEN 'withdrawn' ELSE status END
    WHERE creator = %(creator)s RETURNING id
)
DELETE FROM payouts.paper_file f USING mine WHERE f.paper = mine.id
