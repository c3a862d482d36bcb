-- A part of a gift that is reversed counts no more: it may be folded a moment before its gift, so a sum may be below zero then.
ALTER TABLE accounts.gifter DROP CONSTRAINT gifter_coins_check;
