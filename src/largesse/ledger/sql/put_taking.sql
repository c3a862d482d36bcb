-- Note what an event did to a purchase's coins. transfer, account, lot: the purchase's, undoes: a transfer or null; asked_coins or null,
-- removed, clawed, reopened, reversed_coins, debt, set_off: coins, signed; money_minor, fee_minor: minor units of the purchase's currency;
-- reversed_milli: milli-diamonds
INSERT INTO ledger.taking (transfer, account, lot, undoes, asked_coins, money_minor, fee_minor, removed, clawed, reopened, reversed_coins,
    reversed_milli, debt, set_off)
VALUES (%(transfer)s, %(account)s, %(lot)s, %(undoes)s, %(asked_coins)s, %(money_minor)s, %(fee_minor)s, %(removed)s, %(clawed)s,
    %(reopened)s, %(reversed_coins)s, %(reversed_milli)s, %(debt)s, %(set_off)s)
