-- Forgets what a person said, liked and showed; the keys of their videos. Counts of likes and gifts stay. account
WITH unpinned AS (
    DELETE FROM stage.pin p USING stage.comment c WHERE c.id = p.comment AND c.sender = %(account)s
), unsaid AS (
    DELETE FROM stage.comment WHERE sender = %(account)s
), unnoted AS (
    DELETE FROM stage.note WHERE sender = %(account)s
), unliked AS (
    DELETE FROM stage.video_like WHERE account = %(account)s
)
UPDATE stage.stage SET title = '-', description = '' WHERE creator = %(account)s AND kind = 'video' RETURNING key
