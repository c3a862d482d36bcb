-- What a LIVE plays for: a goal of its own, and a match against another LIVE.

-- A goal of a LIVE: so many coins, or so many of one kind of gift. It counts gifts given in the LIVE from `set_at` on.
-- `figure` is what it stood at a moment ago, for who looks; its room's owner counts it. `reached_at` is kept.
CREATE TABLE stage.goal (
    key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage integer NOT NULL REFERENCES stage.stage (key),
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 60),
    kind smallint,
    target bigint NOT NULL CHECK (target BETWEEN 1 AND 1000000000),
    set_at timestamptz NOT NULL DEFAULT now(),
    dropped_at timestamptz,
    reached_at timestamptz,
    figure bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX one_goal_a_live ON stage.goal (stage) WHERE dropped_at IS NULL;
CREATE INDEX goal_stage ON stage.goal (stage, key);

-- A match between two LIVEs. It counts gifts recorded from `started_at` until before `ends_at`; `settled_at` is when its scores
-- were counted from the journal, once and for ever. `given_up_by` and `winner` are stages; who gives up has lost.
CREATE TABLE stage.match (
    key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    status text NOT NULL DEFAULT 'invited'
        CHECK (status IN ('invited', 'running', 'ended', 'declined', 'expired', 'withdrawn')),
    seconds smallint NOT NULL CHECK (seconds BETWEEN 60 AND 600),
    invited_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    started_at timestamptz,
    ends_at timestamptz,
    settled_at timestamptz,
    given_up_by integer REFERENCES stage.stage (key),
    winner integer REFERENCES stage.stage (key),
    CONSTRAINT played_from_and_to CHECK ((status IN ('running', 'ended')) = (started_at IS NOT NULL)
        AND (started_at IS NULL) = (ends_at IS NULL)),
    CONSTRAINT settled_once CHECK ((status = 'ended') = (settled_at IS NOT NULL)),
    CONSTRAINT won_when_settled CHECK (winner IS NULL OR settled_at IS NOT NULL)
) WITH (fillfactor = 70);
CREATE INDEX match_running ON stage.match (ends_at) WHERE status = 'running';
CREATE INDEX match_invited ON stage.match (expires_at) WHERE status = 'invited';

-- The two LIVEs of a match. `score` is what the side stood at a moment ago while the match runs, and counted for good behind it.
CREATE TABLE stage.match_side (
    match integer NOT NULL REFERENCES stage.match (key),
    stage integer NOT NULL REFERENCES stage.stage (key),
    inviting boolean NOT NULL,
    running boolean NOT NULL DEFAULT false,
    score bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (match, stage),
    UNIQUE (match, inviting)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX one_match_a_live ON stage.match_side (stage) WHERE running;
CREATE INDEX match_side_stage ON stage.match_side (stage, match);

-- While it is in force a coin scores `factor` points, in both LIVEs. It is announced before: see the trigger.
CREATE TABLE stage.multiplier (
    match integer NOT NULL REFERENCES stage.match (key),
    factor smallint NOT NULL CHECK (factor IN (2, 3)),
    announced_at timestamptz NOT NULL DEFAULT now(),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (match, starts_at),
    CONSTRAINT starts_before_it_ends CHECK (starts_at < ends_at)
);

-- Runs as its transaction commits: what is announced begins three seconds later at least, however long the transaction took.
CREATE FUNCTION stage.check_announced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.starts_at < clock_timestamp() + interval '3 seconds' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'announced_before', TABLE = 'multiplier',
            MESSAGE = 'a multiplier is announced three seconds before it starts';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER multiplier_announced AFTER INSERT ON stage.multiplier
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stage.check_announced();

-- What a match came to stays, whatever is reversed later.
CREATE FUNCTION stage.check_match_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (('invited', 'invited'), ('invited', 'running'), ('invited', 'declined'),
        ('invited', 'expired'), ('invited', 'withdrawn'), ('running', 'running'), ('running', 'ended')) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'match_moves', TABLE = 'match',
            MESSAGE = 'a match does not go from ' || OLD.status || ' to ' || NEW.status;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_legal_move BEFORE UPDATE ON stage.match FOR EACH ROW EXECUTE FUNCTION stage.check_match_move();
CREATE FUNCTION stage.check_score() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.score <> OLD.score AND EXISTS (SELECT FROM stage.match m WHERE m.key = OLD.match AND m.status = 'ended') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'match_stays', TABLE = 'match_side',
            MESSAGE = 'the score of a match that has ended stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_score_stays BEFORE UPDATE ON stage.match_side FOR EACH ROW EXECUTE FUNCTION stage.check_score();
