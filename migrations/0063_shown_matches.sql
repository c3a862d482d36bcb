-- A match with its sides and multipliers, as it is shown; arrays begin with the side that invited.
CREATE VIEW stage.shown_match AS
SELECT m.key, m.id, m.status, m.seconds, m.invited_at, m.expires_at, m.started_at, m.ends_at, m.settled_at, m.given_up_by, m.winner,
    s.stages, s.lives, s.creators, s.scores, x.factors, x.factor_starts, x.factor_ends
FROM stage.match m
CROSS JOIN LATERAL (
    SELECT array_agg(s.stage ORDER BY s.inviting DESC) AS stages, array_agg(t.id ORDER BY s.inviting DESC) AS lives,
        array_agg(t.creator ORDER BY s.inviting DESC) AS creators, array_agg(s.score ORDER BY s.inviting DESC) AS scores
    FROM stage.match_side s JOIN stage.stage t ON t.key = s.stage WHERE s.match = m.key
) s
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(x.factor::int ORDER BY x.starts_at), '{}') AS factors,
        coalesce(array_agg(x.starts_at ORDER BY x.starts_at), '{}') AS factor_starts,
        coalesce(array_agg(x.ends_at ORDER BY x.starts_at), '{}') AS factor_ends
    FROM stage.multiplier x WHERE x.match = m.key
) x;
