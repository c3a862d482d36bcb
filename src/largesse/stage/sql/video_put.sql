-- Makes a stage a video, as in stage.video. video_from_live refuses a second one of a LIVE.
INSERT INTO stage.video (stage, from_live, comments_enabled) VALUES (%(stage)s, %(from_live)s, %(comments_enabled)s)
