-- What a LIVE's summary draws of its viewers and likes. The stage's row knows totals alone, frames are kept for minutes,
-- and likes are rows of the outbox for a day; gifts and comments are read where they are kept.

-- One row a LIVE and minute since its start. `viewers`: the most at once, null where no owner of the room looked.
CREATE TABLE stage.minute (
    stage integer NOT NULL REFERENCES stage.stage (key),
    minute integer NOT NULL CHECK (minute >= 0),
    viewers integer CHECK (viewers >= 0),
    likes bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (stage, minute)
) WITH (fillfactor = 70);
