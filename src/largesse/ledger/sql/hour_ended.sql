-- Whether a moment is over for every committer: none that holds a stripe is in a transaction that began before it. One whose transaction
-- this role may not see counts as such. `grace`: a server takes a transaction's time an instant before it shows it.
-- at: the moment; grace_s: seconds; lock_class, stripes: class of the stripes' advisory locks, and how many
-- there are
SELECT now() >= %(at)s::timestamptz + make_interval(secs => %(grace_s)s) AND NOT EXISTS (
    SELECT FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.classid = %(lock_class)s::int::oid AND l.objid < %(stripes)s AND l.objsubid = 2
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (a.state IS NULL OR a.state = 'disabled' OR a.xact_start < %(at)s)
)
