-- Leases of rooms, and whether parts of gifts were reversed that their folds do not count.
-- stages: int[]; silent_s: seconds after which an owner is not believed to live
SELECT l.stage, l.owner, l.epoch, l.cursor, l.outbox_epoch, l.outbox_xid::text::bigint AS outbox_xid, l.outbox_id, l.gifts,
    l.gifters, l.coins, l.diamonds_milli, l.likes, l.viewers, l.seq, l.guests,
    l.heartbeat_at >= now() - make_interval(secs => %(silent_s)s) AS fresh,
    EXISTS (
        SELECT FROM kit.outbox o WHERE o.topic = 'gift.reversed' AND o.subject = l.stage
            AND (o.epoch, o.xid, o.id) > (l.outbox_epoch, l.outbox_xid, l.outbox_id)
            AND (o.epoch < coalesce((SELECT w.epoch FROM kit.world w), 1) OR o.xid < pg_snapshot_xmin(pg_current_snapshot()))
    ) AS reversed_since
FROM realtime.lease l WHERE l.stage = ANY (%(stages)s::int[])
