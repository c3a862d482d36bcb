-- How pictures and sound travel: who may publish for a LIVE, and who does.
CREATE SCHEMA media;

-- One row a LIVE that was ever started. `open`: its creator may publish. A publisher's coming is a run; `holder` is the
-- process that packs the run, which says so every two seconds (`beat_at`). `lost_at`: since when there is no signal,
-- null while there is one and where there never was.
CREATE TABLE media.stream (
    stage integer PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    creator integer NOT NULL,
    open boolean NOT NULL DEFAULT true,
    key_number integer NOT NULL DEFAULT 1,
    run integer NOT NULL DEFAULT 0,
    holder text,
    beat_at timestamptz,
    lost_at timestamptz,
    replay_s integer,
    CONSTRAINT held_beats CHECK ((holder IS NULL) = (beat_at IS NULL)),
    CONSTRAINT held_is_not_lost CHECK (holder IS NULL OR lost_at IS NULL)
) WITH (fillfactor = 70);
CREATE INDEX stream_held ON media.stream (beat_at) WHERE holder IS NOT NULL;
CREATE INDEX stream_lost ON media.stream (lost_at) WHERE open AND lost_at IS NOT NULL;
CREATE INDEX stream_unkept ON media.stream (stage) WHERE NOT open AND run > 0 AND replay_s IS NULL;
