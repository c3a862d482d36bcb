-- A guest of a LIVE publishes beside its creator: a stream each, with a key, runs and a signal of its own.
-- `id` is the stream's, which is the LIVE's for its creator; `guest` and `guest_id` are null for the creator's.
ALTER TABLE media.stream ADD COLUMN live uuid, ADD COLUMN guest integer, ADD COLUMN guest_id uuid;
UPDATE media.stream SET live = id;
ALTER TABLE media.stream
    ALTER COLUMN live SET NOT NULL,
    DROP CONSTRAINT stream_pkey,
    DROP CONSTRAINT stream_id_key,
    ADD PRIMARY KEY (id),
    ADD CONSTRAINT stream_of_one UNIQUE NULLS NOT DISTINCT (stage, guest),
    ADD CONSTRAINT guest_is_named CHECK ((guest IS NULL) = (guest_id IS NULL)),
    ADD CONSTRAINT creators_is_the_lives CHECK ((guest IS NULL) = (id = live));
