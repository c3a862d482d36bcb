-- Whether a stream is shown to who has a signed address alone: as its LIVE's visibility asks.
ALTER TABLE media.stream ADD COLUMN private boolean NOT NULL DEFAULT false;
