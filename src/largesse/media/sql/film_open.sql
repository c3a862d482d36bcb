-- Begins a video's film, as in media.film: uploading, or processing where it is made of a recording.
INSERT INTO media.film (stage, id, creator, recording, state)
VALUES (%(stage)s, %(id)s, %(creator)s, %(recording)s,
    CASE WHEN %(recording)s::uuid IS NULL THEN 'uploading' ELSE 'processing' END)
