-- Counts views, of each viewer once in a while. stages: int[], viewers: bigint[] (of equal length, in their order, each pair once); again_s: seconds
WITH seen AS (
    INSERT INTO stage.viewing AS v (stage, viewer) SELECT * FROM unnest(%(stages)s::int[], %(viewers)s::bigint[])
    ON CONFLICT (stage, viewer) DO UPDATE SET at = excluded.at WHERE v.at < now() - make_interval(secs => %(again_s)s)
    RETURNING stage
), counted AS (
    SELECT stage, count(*) AS n FROM seen GROUP BY stage ORDER BY stage
)
UPDATE stage.video v SET views = v.views + c.n FROM counted c WHERE v.stage = c.stage
