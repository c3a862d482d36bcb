-- Bans or mutes somebody in a room. stage, account; kind: ban or mute; seconds: int or null for good; actor: account
INSERT INTO stage.ban (stage, account, kind, "until", actor)
VALUES (%(stage)s, %(account)s, %(kind)s, now() + make_interval(secs => %(seconds)s::int), %(actor)s)
ON CONFLICT (stage, account, kind) DO UPDATE SET "until" = excluded."until", actor = excluded.actor, at = now()
