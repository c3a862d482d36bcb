-- What earned: read models of a creator's gifts, folded from the journal behind its settling by the reader `insights`.
-- Sums are net: what is reversed is taken off where the gift had been counted. They can be thrown away and folded again.
CREATE SCHEMA insights;

-- By UTC hour (hours since 1970). A reversal is counted in the hour of its gift, not in its own.
CREATE TABLE insights.hour (
    creator integer NOT NULL,
    hour integer NOT NULL,
    gifts bigint NOT NULL,
    coins bigint NOT NULL,
    milli bigint NOT NULL,
    PRIMARY KEY (creator, hour)
) WITH (fillfactor = 70);

-- By UTC day and LIVE or video.
CREATE TABLE insights.live (
    creator integer NOT NULL,
    day date NOT NULL,
    stage integer NOT NULL,
    gifts bigint NOT NULL,
    coins bigint NOT NULL,
    milli bigint NOT NULL,
    PRIMARY KEY (creator, day, stage)
) WITH (fillfactor = 70);

-- By UTC day and gift; `pieces` counts a combo of 41 roses as 41.
CREATE TABLE insights.gift (
    creator integer NOT NULL,
    day date NOT NULL,
    kind smallint NOT NULL,
    gifts bigint NOT NULL,
    pieces bigint NOT NULL,
    coins bigint NOT NULL,
    milli bigint NOT NULL,
    PRIMARY KEY (creator, day, kind)
) WITH (fillfactor = 70);

-- By UTC day and giver; giver 0 is all who gave anonymously.
CREATE TABLE insights.gifter_day (
    creator integer NOT NULL,
    day date NOT NULL,
    gifter integer NOT NULL,
    gifts bigint NOT NULL,
    coins bigint NOT NULL,
    milli bigint NOT NULL,
    PRIMARY KEY (creator, day, gifter)
) WITH (fillfactor = 70);

-- The first UTC day on which somebody gave to a creator by name: on that day they are new, later they return.
CREATE TABLE insights.gifter (
    creator integer NOT NULL,
    gifter integer NOT NULL CHECK (gifter > 0),
    first_day date NOT NULL,
    PRIMARY KEY (creator, gifter)
);
CREATE INDEX gifter_first ON insights.gifter (creator, first_day, gifter);

INSERT INTO ledger.reader (name) VALUES ('insights');
