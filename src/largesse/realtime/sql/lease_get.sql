-- Leases of rooms. stages: int[]; silent_s: seconds after which an owner is not believed to live
SELECT l.stage, l.owner, l.epoch, l.cursor, l.outbox_epoch, l.outbox_xid::text::bigint AS outbox_xid, l.outbox_id, l.gifts,
    l.gifters, l.coins, l.diamonds_milli, l.likes, l.viewers, l.seq,
    l.heartbeat_at >= now() - make_interval(secs => %(silent_s)s) AS fresh
FROM realtime.lease l WHERE l.stage = ANY (%(stages)s::int[])
