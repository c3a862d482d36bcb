"""A payout method is sealed, verified before use, cools off, and says when somebody else has the same account."""

from typing import Any

import pytest
from msgspec.structs import replace

from largesse.accounts import PayoutUnderWay
from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.http import NotFound
from largesse.kit.idempotency import IdReused
from largesse.kit.money import Money
from largesse.payouts import erase_person, errors, export_person, store_methods
from largesse.payouts.rails import Manual
from largesse.payouts.sealing import Seals

EARNED_MILLI = 21_000_000
BANK = {"where": "First Bank 4711", "name": "Bob"}


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


@pytest.fixture
async def by_hand(desk: Any) -> Any:
    """The manual rail, as outside a sandbox."""
    desk.rails["manual"] = Manual(desk.db)
    await desk.earn()
    return desk


async def test_two_deposits_verify_it_and_a_person_says_that_the_money_arrived_and_came_back(by_hand: Any) -> None:
    method, olga = await by_hand.method(rail="manual", **BANK), by_hand.cast.olga.key
    with pytest.raises(errors.MethodUnverified):
        await by_hand.quote(method)
    with pytest.raises(errors.NotNow):
        await by_hand.methods.tell_codes(by_hand.bob.account, method.id, (3, 41))
    await by_hand.methods.send_codes(olga, method.id, (3, 41))
    with pytest.raises(errors.WrongCodes) as wrong:
        await by_hand.methods.tell_codes(by_hand.bob.account, method.id, (3, 14))
    assert wrong.value.tries_left == 4
    verified = await by_hand.methods.tell_codes(by_hand.bob.account, method.id, (41, 3))
    assert verified.verified_by == "deposits"
    made = await by_hand.ask(await by_hand.quote(method))
    await by_hand.office.approve(olga, made.id)
    await by_hand.carrying.work()
    assert (await by_hand.get(made)).status == "submitted"
    with pytest.raises(errors.NotNow):
        await by_hand.office.say(olga, made.id, "returned", ref="", reason="", back_minor=None)
    await by_hand.office.say(olga, made.id, "paid", ref="slip 9", reason="", back_minor=None)
    await by_hand.carrying.step(made.id)
    assert ((await by_hand.get(made)).status, (await by_hand.get(made)).rail_ref) == ("paid", "slip 9")
    await by_hand.office.say(olga, made.id, "returned", ref="", reason="closed", back_minor=9800)
    await by_hand.carrying.step(made.id)
    assert (await by_hand.get(made)).status == "returned"
    assert await by_hand.places() == (21_000_000, 0, 0)


async def test_after_five_wrong_tries_it_has_to_be_added_again(by_hand: Any) -> None:
    method = await by_hand.method(rail="manual", **BANK)
    await by_hand.methods.send_codes(by_hand.cast.olga.key, method.id, (3, 41))
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(errors.WrongCodes) as wrong:
            await by_hand.methods.tell_codes(by_hand.bob.account, method.id, (1, 1))
        assert wrong.value.tries_left == left
    with pytest.raises(NotFound):
        await by_hand.methods.tell_codes(by_hand.bob.account, method.id, (3, 41))


async def test_the_account_is_sealed_and_an_erased_owner_ends_it(by_hand: Any) -> None:
    method = await by_hand.method(rail="manual", **BANK)
    async with by_hand.db.read() as tx:
        sealed = await store_methods.find_sealed(tx, method.id)
    assert sealed is not None
    assert b"4711" not in sealed[0]
    assert (await by_hand.methods.find(method.id, by_hand.bob.account))["where"] == "First Bank 4711"
    async with by_hand.db.write() as tx:
        await erase_person(tx, by_hand.bob.account)
    assert await by_hand.methods.find(method.id, by_hand.bob.account) is None
    assert await by_hand.methods.list_own(by_hand.bob.account) == []


async def test_whoever_leaves_waits_for_their_money_and_a_late_return_is_booked_all_the_same(by_hand: Any) -> None:
    made = await by_hand.asked()
    with pytest.raises(PayoutUnderWay):
        await erase(by_hand)
    await by_hand.office.approve(by_hand.cast.olga.key, made.id)
    await by_hand.carrying.work()
    await erase(by_hand)
    paid = await by_hand.get(made)
    assert (paid.status, paid.shown) == ("paid", "")
    await by_hand.rails["sandbox"].play_return(paid.key, Money(9825, "USD"), "closed")
    await by_hand.carrying.step(made.id)
    assert (await by_hand.get(made)).status == "returned"


async def erase(desk: Any) -> None:
    async with desk.db.write() as tx:
        await erase_person(tx, desk.bob.account)


async def test_what_is_kept_is_shown_to_its_owner_whole(by_hand: Any) -> None:
    await by_hand.method(rail="manual", **BANK)
    made = await by_hand.asked()
    async with by_hand.db.read() as tx:
        kept = await export_person(tx, by_hand.bob.account, Seals(by_hand.books.keys.salt_secret), by_hand.personal)
        others = await export_person(
            tx, by_hand.cast.charlie.key, Seals(by_hand.books.keys.salt_secret), by_hand.personal
        )
    assert [method["account"] for method in kept["payout_methods"]] == [{"where": "sandbox"}, BANK]
    assert [payout["id"] for payout in kept["payouts"]] == [ids.encode("payout", made.id)]
    assert [(day["earned_milli"], day["granted_milli"], day["reserved_milli"]) for day in kept["earnings"]] == [
        (EARNED_MILLI, 0, 14_285_715)
    ]
    assert others == {"payout_methods": [], "payouts": [], "papers": [], "earnings": []}


async def test_an_address_that_is_not_proved_withdraws_nothing(by_hand: Any) -> None:
    method = await by_hand.method()
    async with by_hand.db.write() as tx:
        await tx.execute("UPDATE accounts.account SET email_verified_at = NULL WHERE key = %s", [by_hand.bob.account])
    with pytest.raises(errors.EmailUnverified):
        await by_hand.quote(method)


async def test_an_account_that_another_creator_has_is_looked_at(by_hand: Any) -> None:
    await by_hand.method(by_hand.cast.charlie, rail="manual", **BANK)
    method = await by_hand.method(rail="manual", **(BANK | {"where": "first  bank 4711"}))
    await by_hand.methods.verify(by_hand.cast.olga.key, method.id, "seen")
    made = await by_hand.ask(await by_hand.quote(method))
    assert "shared-method" in made.reasons
    bob, charlie = by_hand.bob.account, by_hand.cast.charlie.key
    for one, other in ((bob, charlie), (charlie, bob)):  # told at adding, and not again at withdrawing
        (signal,) = await by_hand.office.list_signals(one)
        assert (signal.kind, signal.related, signal.source) == (
            "shared-payout-method", [other], f"payout_method:{method.id}",
        )  # fmt: skip


async def test_an_account_of_ones_own_is_no_sign_of_risk_and_neither_is_the_sandboxes(by_hand: Any) -> None:
    await by_hand.method(rail="manual", **BANK)
    await by_hand.method(rail="manual", **BANK)
    await by_hand.method(by_hand.cast.charlie)
    await by_hand.method()
    assert await by_hand.office.list_signals(by_hand.bob.account) == []
    assert await by_hand.office.list_signals(by_hand.cast.charlie.key) == []


async def test_two_who_add_one_account_at_once_are_told_of_at_withdrawing_at_the_latest(by_hand: Any) -> None:
    mine = await by_hand.method(rail="manual", **BANK)
    await by_hand.method(by_hand.cast.charlie, rail="manual", **BANK)
    async with by_hand.db.write() as tx:  # as if neither had seen the other
        await tx.execute("ALTER TABLE safety.signal DISABLE TRIGGER signal_for_ever")
        await tx.execute("DELETE FROM safety.signal")
    await by_hand.methods.verify(by_hand.cast.olga.key, mine.id, "seen")
    await by_hand.ask(await by_hand.quote(mine))
    (signal,) = await by_hand.office.list_signals(by_hand.bob.account)
    assert signal.related == [by_hand.cast.charlie.key]


class TestCoolingOff:
    @pytest.fixture
    def desk_settings(self, settings: Settings) -> Settings:
        return replace(settings, sandbox=True, payout_cool_off_hours=72)

    async def test_nothing_goes_to_a_new_method_for_three_days(self, desk: Any) -> None:
        await desk.earn()
        method = await desk.method()
        await desk.wait(2)
        with pytest.raises(errors.MethodCoolingOff):
            await desk.quote(method)
        await desk.wait(1)
        assert (await desk.quote(method)).gross_minor == 10_000


async def test_the_same_id_is_the_same_account_or_refused(by_hand: Any) -> None:
    method, bob = ids.new(), by_hand.bob
    await by_hand.give_code(by_hand.cast.bob)
    for replayed in (False, True):
        made = await by_hand.methods.add(bob, method=method, rail="manual", currency="USD", given=BANK)
        assert made[1] is replayed
    with pytest.raises(IdReused):
        await by_hand.methods.add(bob, method=method, rail="manual", currency="USD", given=BANK | {"where": "Other 1"})
