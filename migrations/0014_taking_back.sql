-- Money that goes back: refunds, disputes, chargebacks; coins taken back, parts of gifts reversed, earnings held, and all of it undone.

ALTER TABLE ledger.transfer DROP CONSTRAINT transfer_kind_check;
ALTER TABLE ledger.transfer ADD CONSTRAINT transfer_kind_check CHECK (kind IN ('purchase', 'grant', 'adjustment', 'refund', 'restored', 'dispute', 'chargeback', 'won',
    'mismatch', 'allocation', 'sendback', 'debt', 'close', 'payout', 'settlement'));
INSERT INTO ledger.book VALUES (15, 'diamonds:reversed', 'diamond', false);

-- A chargeback may touch a thousand creators, a leg each. The check runs once: for the last leg that its transaction entered.
CREATE OR REPLACE FUNCTION ledger.check_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad text;
BEGIN
    IF EXISTS (SELECT FROM ledger.leg g WHERE g.transfer = NEW.transfer AND g.n > NEW.n AND g.xmin = pg_current_xact_id()::xid) THEN
        RETURN NULL;
    END IF;
    SELECT string_agg(format('%s %s: %s', b.asset, l.currency, sum_amount), ', ') INTO bad
    FROM (SELECT k.asset, g.currency, sum(g.amount) AS sum_amount FROM ledger.leg g JOIN ledger.book k ON k.key = g.book
          WHERE g.transfer = NEW.transfer GROUP BY 1, 2 HAVING sum(g.amount) <> 0) AS l (asset, currency, sum_amount)
    JOIN (SELECT DISTINCT asset FROM ledger.book) b ON b.asset = l.asset;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'transfer % does not sum to zero: %', NEW.transfer, bad USING ERRCODE = 'LG002', CONSTRAINT = 'zero_sum';
    END IF;
    SELECT string_agg(k.name, ', ') INTO bad FROM ledger.leg g JOIN ledger.book k ON k.key = g.book
    WHERE g.transfer = NEW.transfer AND (k.per_holder <> (g.holder <> 0) OR (k.asset = 'money') <> (g.currency <> ''));
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'transfer %: wrong holder or currency on %', NEW.transfer, bad USING ERRCODE = 'LG002', CONSTRAINT = 'leg_fits_book';
    END IF;
    RETURN NULL;
END $$;

-- Coins that come back lie at the end of the line as lots of kind `restored`; `origin` is the lot that they first were, for ever.
ALTER TABLE ledger.lot ADD COLUMN origin bigint REFERENCES ledger.lot (key);
-- Where on the line its clawed coins lie; `clawed` is how many they are.
ALTER TABLE ledger.lot ADD COLUMN clawed_at int8multirange NOT NULL DEFAULT '{}';
ALTER TABLE ledger.lot ADD CONSTRAINT restored_from CHECK ((kind = 'restored') = (origin IS NOT NULL));
ALTER TABLE ledger.lot DROP CONSTRAINT lot_transfer_key;
CREATE UNIQUE INDEX lot_transfer ON ledger.lot (transfer, coalesce(origin, 0));
CREATE INDEX lot_origin ON ledger.lot (origin) WHERE origin IS NOT NULL;
DROP TRIGGER lot_for_ever ON ledger.lot;
CREATE TRIGGER lot_for_ever BEFORE DELETE OR UPDATE OF account, class, kind, coins, transfer, net_minor, gross_minor, currency, recorded_at, origin
    ON ledger.lot FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- What the coins of each change are worth, of their lot's price, signed as they are; and where clawed ones lie.
ALTER TABLE ledger.lot_cut ADD COLUMN net_minor bigint NOT NULL DEFAULT 0, ADD COLUMN gross_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE ledger.lot_cut ADD COLUMN at int8multirange NOT NULL DEFAULT '{}';
ALTER TABLE ledger.lot_cut DISABLE TRIGGER lot_cut_for_ever;
UPDATE ledger.lot_cut c SET net_minor = w.net, gross_minor = w.gross
FROM (
    SELECT c.lot, c.transfer, c.what, l.net_minor * c.gone / l.coins - l.net_minor * (c.gone - c.coins) / l.coins AS net,
        l.gross_minor * c.gone / l.coins - l.gross_minor * (c.gone - c.coins) / l.coins AS gross
    FROM (SELECT lot, transfer, what, coins, (sum(coins) OVER (PARTITION BY lot ORDER BY transfer, what))::bigint AS gone FROM ledger.lot_cut) c
    JOIN ledger.lot l ON l.key = c.lot
) w WHERE (w.lot, w.transfer, w.what) = (c.lot, c.transfer, c.what);
ALTER TABLE ledger.lot_cut ENABLE TRIGGER lot_cut_for_ever;

-- What each event of a purchase's money did, a row an event: refund, dispute, chargeback, or one that undoes another (its numbers
-- are negative). `lot` is the purchase. `money_minor` and `fee_minor` went back to the buyer, and from the store's fee.
CREATE TABLE ledger.taking (
    transfer bigint PRIMARY KEY REFERENCES ledger.transfer (key),
    account integer NOT NULL REFERENCES ledger.wallet (account),
    lot bigint NOT NULL REFERENCES ledger.lot (key),
    undoes bigint UNIQUE REFERENCES ledger.taking (transfer),
    asked_coins bigint CHECK (asked_coins > 0),
    money_minor bigint NOT NULL,
    fee_minor bigint NOT NULL DEFAULT 0,
    removed bigint NOT NULL DEFAULT 0,
    clawed bigint NOT NULL DEFAULT 0,
    reopened bigint NOT NULL DEFAULT 0,
    reversed_coins bigint NOT NULL DEFAULT 0,
    reversed_milli bigint NOT NULL DEFAULT 0,
    debt bigint NOT NULL DEFAULT 0,
    set_off bigint NOT NULL DEFAULT 0,
    CONSTRAINT debt_is_what_was_not_reversed CHECK (debt = clawed - reversed_coins + reopened)
);
CREATE INDEX taking_lot ON ledger.taking (lot);
CREATE INDEX taking_account ON ledger.taking (account, transfer);
CREATE TRIGGER taking_for_ever BEFORE UPDATE OR DELETE ON ledger.taking FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- A bank's question. `at`: which spent coins it may claw, as planned when it was opened. `decided` is the last decision's transfer, the
-- `rounds`th: a bank may decide otherwise than before.
CREATE TABLE ledger.dispute (
    transfer bigint PRIMARY KEY REFERENCES ledger.taking (transfer),
    lot bigint NOT NULL REFERENCES ledger.lot (key),
    minor bigint NOT NULL CHECK (minor > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    fee_currency text NOT NULL CHECK (fee_currency ~ '^[A-Z]{3}$'),
    coins bigint NOT NULL CHECK (coins >= 0),
    at int8multirange NOT NULL,
    opened_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'lost', 'won')),
    decided bigint REFERENCES ledger.taking (transfer),
    rounds smallint NOT NULL DEFAULT 0,
    CONSTRAINT decided_by CHECK ((state = 'open') = (decided IS NULL) AND (state = 'open') = (rounds = 0))
);
CREATE INDEX dispute_lot ON ledger.dispute (lot);
CREATE TRIGGER dispute_for_ever BEFORE DELETE OR UPDATE OF transfer, lot, minor, currency, fee_minor, fee_currency, coins, at, opened_at
    ON ledger.dispute FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- Parts of gifts that were reversed, or came back (negative). `low` is where on the giver's paid line the part begins. `dispute`: which
-- one held it then, 0 for none. A row names a gift by batch and leaf; it has no foreign keys, which would cost more than the row.
CREATE TABLE ledger.gift_part (
    transfer bigint NOT NULL,
    batch bigint NOT NULL,
    low bigint NOT NULL,
    coins bigint NOT NULL CHECK (coins <> 0),
    milli bigint NOT NULL,
    dispute bigint NOT NULL,
    sender integer NOT NULL,
    receiver integer NOT NULL,
    stage integer NOT NULL,
    day date NOT NULL,
    policy smallint NOT NULL,
    leaf smallint NOT NULL,
    anonymous boolean NOT NULL,
    PRIMARY KEY (transfer, batch, leaf, low)
);
CREATE INDEX gift_part_stage ON ledger.gift_part (stage);
CREATE TRIGGER gift_part_for_ever BEFORE UPDATE OR DELETE ON ledger.gift_part FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- Earnings that a dispute holds, and lets go again (negative).
CREATE TABLE ledger.held (
    dispute bigint NOT NULL REFERENCES ledger.dispute (transfer),
    transfer bigint NOT NULL REFERENCES ledger.transfer (key),
    creator integer NOT NULL,
    day date NOT NULL,
    policy smallint NOT NULL,
    stripe smallint NOT NULL,
    milli bigint NOT NULL CHECK (milli <> 0),
    PRIMARY KEY (dispute, transfer, creator, day, policy, stripe)
);
CREATE TRIGGER held_for_ever BEFORE UPDATE OR DELETE ON ledger.held FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

ALTER TABLE ledger.earning ADD COLUMN milli_held bigint NOT NULL DEFAULT 0;
ALTER TABLE ledger.earning DROP CONSTRAINT earning_bounds;
ALTER TABLE ledger.earning ADD CONSTRAINT earning_bounds CHECK (milli_reversed + milli_held + milli_reserved + milli_redeemed <= milli_in
    AND milli_reversed >= 0 AND milli_held >= 0 AND milli_reserved >= 0 AND milli_redeemed >= 0);

-- Why an account spends nothing; `wallet.frozen` says whether there is a row. `about`: a dispute's transfer, 0 for the others.
CREATE TABLE ledger.freeze (
    account integer NOT NULL REFERENCES ledger.wallet (account),
    cause text NOT NULL CHECK (cause IN ('operator', 'dispute', 'debt')),
    about bigint NOT NULL DEFAULT 0,
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, cause, about),
    CONSTRAINT about_a_dispute CHECK ((cause = 'dispute') = (about <> 0))
);
INSERT INTO ledger.freeze (account, cause) SELECT account, 'operator' FROM ledger.wallet WHERE frozen;

-- Money that arrived and is nobody's order, until it is granted or sent back. `transfer` is its mismatch.
CREATE TABLE ledger.unallocated (
    transfer bigint PRIMARY KEY REFERENCES ledger.transfer (key),
    minor bigint NOT NULL CHECK (minor > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    left_minor bigint NOT NULL,
    CONSTRAINT unallocated_covers CHECK (left_minor BETWEEN 0 AND minor)
);
CREATE TRIGGER unallocated_for_ever BEFORE DELETE OR UPDATE OF transfer, minor, currency
    ON ledger.unallocated FOR EACH ROW EXECUTE FUNCTION kit.refuse_change();

-- The parts of a giver's gifts that pieces of the paid line paid for and that were in their hold at each piece's `as_of`. Pieces do not
-- overlap; their `disputes` come back as they were given. No gift that is looked for was recorded before `since`.
-- It reads the giver's postings day by day, from the first that can be in hold, and the gifts of those batches, never the journal: each
-- OFFSET 0 keeps the planner on that way. A day's gifts have ids of a day around it, so other partitions are not looked at.
CREATE FUNCTION ledger.parts_in_hold(giver integer, pieces int8range[], as_of timestamptz[], disputes bigint[], since timestamptz)
RETURNS TABLE (batch bigint, leaf smallint, low bigint, coins bigint, milli bigint, dispute bigint, receiver integer, stage integer, day date,
    policy smallint, anonymous boolean) LANGUAGE sql STABLE AS $$
    SELECT g.batch, g.leaf, lower(o.part), upper(o.part) - lower(o.part), (upper(o.part) - lower(o.part)) * v.share_bps / 10, piece.dispute,
        g.receiver, g.stage, s.day, v.key, g.flags & 4 <> 0
    FROM (
        SELECT (greatest(since, min(a.at) - make_interval(days => 1 + (SELECT max(v.hold_days) FROM policy.version v))) AT TIME ZONE 'UTC')::date
                AS first, date '1970-01-01' + (SELECT max(p.hour) / 24 FROM ledger.sent p WHERE p.sender = giver) AS last
        FROM unnest(as_of) AS a (at) OFFSET 0
    ) d
    CROSS JOIN LATERAL (
        SELECT d.first + n AS day, (d.first + n - date '1970-01-01') * 24 AS hour, ledger.uuid_at((d.first + n - 2)::timestamp AT TIME ZONE 'UTC') AS low,
            ledger.uuid_at((d.first + n + 3)::timestamp AT TIME ZONE 'UTC') AS high
        FROM generate_series(0, d.last - d.first) AS n OFFSET 0
    ) s
    CROSS JOIN LATERAL (
        SELECT array_agg(p.batch) AS batches FROM ledger.sent p WHERE p.sender = giver AND p.hour >= s.hour AND p.hour < s.hour + 24 OFFSET 0
    ) b
    CROSS JOIN LATERAL (
        SELECT i.batch, i.leaf, i.receiver, i.stage, i.policy, i.flags, int8range(i.paid_before, i.paid_before + i.coins_paid) AS at
        FROM ledger.gift i WHERE i.batch = ANY (b.batches) AND i.sender = giver AND i.id >= s.low AND i.id < s.high OFFSET 0
    ) g
    JOIN policy.version v ON v.key = g.policy AND v.hold_days > 0
    JOIN unnest(pieces, as_of, disputes) AS piece (at, as_of, dispute)
        ON piece.at && g.at AND piece.as_of < (s.day + v.hold_days + 1)::timestamp AT TIME ZONE 'UTC'
    CROSS JOIN LATERAL (SELECT piece.at * g.at AS part) o
$$;
