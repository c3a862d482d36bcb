-- Who sees a LIVE, its still picture, and what became of its recording.

-- `visibility`: everybody; the creator's followers alone; or whoever has its address, while no list names it.
ALTER TABLE stage.stage ADD COLUMN visibility text NOT NULL DEFAULT 'public'
    CONSTRAINT visibility_known CHECK (visibility IN ('public', 'followers', 'unlisted'));

-- `still_at`: when its latest still picture was taken. `unrecorded_at`: since when this LIVE is not recorded, for the disk
-- was full. `drop_because`: its files shall go; `dropped_at`: they are gone.
ALTER TABLE media.stream
    ADD COLUMN still_at timestamptz,
    ADD COLUMN unrecorded_at timestamptz,
    ADD COLUMN drop_because text CONSTRAINT drop_because_known CHECK (drop_because IN ('expired', 'erased')),
    ADD COLUMN dropped_at timestamptz,
    ADD CONSTRAINT dropped_for_a_reason CHECK (dropped_at IS NULL OR drop_because IS NOT NULL);
CREATE INDEX stream_kept ON media.stream (lost_at) WHERE NOT open AND replay_s > 0 AND drop_because IS NULL;
CREATE INDEX stream_dropping ON media.stream (stage) WHERE drop_because IS NOT NULL AND dropped_at IS NULL;
CREATE INDEX stream_creator ON media.stream (creator);
