-- What stands against an invitation. inviting, invited: stages; declined_s: for how long a refusal stands
SELECT EXISTS (SELECT FROM stage.match_side s WHERE s.stage IN (%(inviting)s, %(invited)s) AND s.running) AS running,
    EXISTS (SELECT FROM stage.match_side s JOIN stage.match m ON m.key = s.match
            WHERE s.stage = %(inviting)s AND s.inviting AND m.status = 'invited' AND m.expires_at > now()) AS waiting,
    (SELECT count(*) FROM stage.match_side s JOIN stage.match m ON m.key = s.match
            WHERE s.stage = %(invited)s AND NOT s.inviting AND m.status = 'invited' AND m.expires_at > now()) AS asked,
    (SELECT ceil(extract(epoch FROM max(m.invited_at) + make_interval(secs => %(declined_s)s) - now()))::int
        FROM stage.match_side s JOIN stage.match m ON m.key = s.match JOIN stage.match_side o ON o.match = m.key
        WHERE s.stage = %(inviting)s AND s.inviting AND o.stage = %(invited)s AND m.status = 'declined'
            AND m.invited_at > now() - make_interval(secs => %(declined_s)s)) AS declined_for_s
