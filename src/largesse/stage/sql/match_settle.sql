-- Fixes what a match came to, for good; nothing where it is fixed already. match; winner: stage, or null for a tie
UPDATE stage.match SET status = 'ended', settled_at = now(), winner = %(winner)s WHERE key = %(match)s AND status = 'running' RETURNING key
