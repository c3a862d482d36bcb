-- Videos: what a creator uploads or keeps of a LIVE, made into what every browser plays, and what people do with it.

-- One running LIVE a creator; of videos any number is published at once.
DROP INDEX stage.one_live_per_creator;
CREATE UNIQUE INDEX one_live_per_creator ON stage.stage (creator) WHERE status = 'live' AND kind = 'live';
DROP INDEX stage.stage_live;
CREATE INDEX stage_live ON stage.stage (started_at DESC) WHERE status = 'live' AND kind = 'live';
DROP INDEX stage.stage_ended;
CREATE INDEX stage_ended ON stage.stage (ended_at) WHERE status = 'ended' AND kind = 'live';
CREATE INDEX stage_published ON stage.stage (started_at DESC, id DESC) WHERE status = 'live' AND kind = 'video';
CREATE INDEX stage_published_by ON stage.stage (creator, started_at DESC, id DESC)
WHERE status = 'live' AND kind = 'video';
CREATE INDEX stage_videos_of ON stage.stage (creator, key DESC) WHERE status <> 'ended' AND kind = 'video';

-- A stage of kind video: `live` while everybody sees it, which is while its creator wants that and nobody hid it; `ended`
-- once it is removed. Its place in lists is that of its first publishing.
CREATE TABLE stage.video (
    stage integer PRIMARY KEY REFERENCES stage.stage (key),
    from_live integer REFERENCES stage.stage (key),
    comments_enabled boolean NOT NULL DEFAULT true,
    published boolean NOT NULL DEFAULT false,
    published_at timestamptz,
    hidden_at timestamptz,
    hidden_by integer,
    hidden_reason text CHECK (char_length(hidden_reason) BETWEEN 1 AND 500),
    views bigint NOT NULL DEFAULT 0,
    comments bigint NOT NULL DEFAULT 0,
    shares bigint NOT NULL DEFAULT 0,
    CONSTRAINT published_at_first CHECK (NOT published OR published_at IS NOT NULL),
    CONSTRAINT hidden_with_reason CHECK ((hidden_at IS NULL) = (hidden_reason IS NULL))
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX video_from_live ON stage.video (from_live) WHERE from_live IS NOT NULL;

-- A video as it is shown, with the public id of the LIVE that it is made of.
CREATE VIEW stage.shown_video AS
SELECT s.key, s.id, s.creator, s.title, s.description, s.status, s.gifts_enabled, s.started_at, s.created_at, s.likes, s.simulated,
    v.comments_enabled, v.published, v.published_at, v.hidden_at, v.hidden_reason, v.views, v.comments, v.shares, l.id AS from_live
FROM stage.video v JOIN stage.stage s ON s.key = v.stage LEFT JOIN stage.stage l ON l.key = v.from_live;

CREATE TABLE stage.video_like (
    stage integer NOT NULL REFERENCES stage.video (stage),
    account integer NOT NULL REFERENCES accounts.account (key),
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stage, account)
);
CREATE INDEX video_like_account ON stage.video_like (account);

-- What somebody said anywhere: for their export, and to erase it.
CREATE INDEX comment_by ON stage.comment (sender, id);

-- A video's pictures and sound: where they come from, and how far they are made. `holder` is the process that makes them,
-- which says so (`beat_at`); `attempt` counts the times that one began. `file_bytes` is what is kept of it.
CREATE TABLE media.film (
    stage integer PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    creator integer NOT NULL,
    state text NOT NULL CHECK (state IN ('uploading', 'processing', 'ready', 'failed', 'removed')),
    recording uuid,
    upload uuid,
    failure text,
    failure_detail text,
    progress smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    duration_ms bigint NOT NULL DEFAULT 0,
    width integer NOT NULL DEFAULT 0,
    height integer NOT NULL DEFAULT 0,
    file_bytes bigint NOT NULL DEFAULT 0,
    attempt smallint NOT NULL DEFAULT 0,
    holder text,
    beat_at timestamptz,
    at timestamptz NOT NULL DEFAULT now(),
    swept boolean NOT NULL DEFAULT false,
    CONSTRAINT failed_with_words CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CONSTRAINT held_beats CHECK ((holder IS NULL) = (beat_at IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX film_wanted ON media.film (at) WHERE state = 'processing';
CREATE INDEX film_unswept ON media.film (stage) WHERE state = 'removed' AND NOT swept;

-- Uploads, kept a day behind their end, for limits of a day. How many bytes have come, the file itself says.
CREATE TABLE media.upload (
    id uuid PRIMARY KEY,
    film integer NOT NULL REFERENCES media.film (stage),
    creator integer NOT NULL,
    length bigint NOT NULL CHECK (length > 0),
    name text NOT NULL,
    kind text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    completed boolean NOT NULL DEFAULT false,
    swept boolean NOT NULL DEFAULT false,
    CONSTRAINT completed_ends CHECK (NOT completed OR ended_at IS NOT NULL)
);
CREATE INDEX upload_creator ON media.upload (creator, at);
CREATE INDEX upload_expiring ON media.upload (expires_at) WHERE ended_at IS NULL;
CREATE INDEX upload_unswept ON media.upload (ended_at) WHERE ended_at IS NOT NULL AND NOT swept;
CREATE INDEX upload_film ON media.upload (film);

-- Captions of a video by language; `name` is their file, another one with each change.
CREATE TABLE media.caption (
    stage integer NOT NULL REFERENCES media.film (stage),
    lang text NOT NULL,
    label text NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (stage, lang)
);

-- What gifts a video or a LIVE brought, all days together.
CREATE INDEX live_stage ON insights.live (stage);
