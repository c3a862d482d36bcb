-- Counts comments of a video. key; n: how many came, negative: went
UPDATE stage.video SET comments = comments + %(n)s WHERE stage = %(key)s
