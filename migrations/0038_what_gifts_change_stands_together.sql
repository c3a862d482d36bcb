-- An update is logged from the first byte of a row that changes to the last one. A gift changes the counters of what was given; those of the
-- week and the month stood behind everything else, so all of a wallet was logged with every gift: 595 bytes a gift instead of 552.
-- What gifts change stands at the row's end now, together.
CREATE TABLE ledger.wallet_ordered (
    account integer NOT NULL,
    paid_in bigint DEFAULT 0 NOT NULL,
    promo_in bigint DEFAULT 0 NOT NULL,
    debt bigint DEFAULT 0 NOT NULL,
    rests_until timestamp with time zone DEFAULT '2000-01-01 00:00:00+00' NOT NULL,
    own_day_max bigint,
    own_week_max bigint,
    own_month_max bigint,
    own_gift_max bigint,
    gives_from date NOT NULL,
    frozen boolean DEFAULT false NOT NULL,
    test_money boolean DEFAULT false NOT NULL,
    paid_out bigint DEFAULT 0 NOT NULL,
    promo_out bigint DEFAULT 0 NOT NULL,
    given_day bigint DEFAULT 0 NOT NULL,
    given_week bigint DEFAULT 0 NOT NULL,
    given_month bigint DEFAULT 0 NOT NULL,
    given_on date DEFAULT '2000-01-01' NOT NULL
) WITH (fillfactor = 50);
INSERT INTO ledger.wallet_ordered (account, paid_in, promo_in, debt, rests_until, own_day_max, own_week_max, own_month_max, own_gift_max,
    gives_from, frozen, test_money, paid_out, promo_out, given_day, given_week, given_month, given_on)
SELECT account, paid_in, promo_in, debt, rests_until, own_day_max, own_week_max, own_month_max, own_gift_max,
    gives_from, frozen, test_money, paid_out, promo_out, given_day, given_week, given_month, given_on
FROM ledger.wallet ORDER BY account;
ALTER TABLE ledger.freeze DROP CONSTRAINT freeze_account_fkey;
ALTER TABLE ledger.lot DROP CONSTRAINT lot_account_fkey;
ALTER TABLE ledger.taking DROP CONSTRAINT taking_account_fkey;
DROP TABLE ledger.wallet;
ALTER TABLE ledger.wallet_ordered RENAME TO wallet;
ALTER TABLE ledger.wallet
    ADD CONSTRAINT wallet_pkey PRIMARY KEY (account),
    ADD CONSTRAINT wallet_account_fkey FOREIGN KEY (account) REFERENCES accounts.account (key),
    ADD CONSTRAINT counts_are_not_negative CHECK (least(
        paid_out, promo_out, debt, given_day, given_week, given_month, own_day_max, own_week_max, own_month_max, own_gift_max
    ) >= 0),
    ADD CONSTRAINT paid_covers CHECK (paid_out <= paid_in),
    ADD CONSTRAINT promo_covers CHECK (promo_out <= promo_in);
ALTER TABLE ledger.freeze ADD CONSTRAINT freeze_account_fkey FOREIGN KEY (account) REFERENCES ledger.wallet (account);
ALTER TABLE ledger.lot ADD CONSTRAINT lot_account_fkey FOREIGN KEY (account) REFERENCES ledger.wallet (account);
ALTER TABLE ledger.taking ADD CONSTRAINT taking_account_fkey FOREIGN KEY (account) REFERENCES ledger.wallet (account);
