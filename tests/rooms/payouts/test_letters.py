"""Mail about payouts and papers: true when it leaves, once a cause, in the creator's language, without secrets."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from largesse.kit import ids
from largesse.kit.jobs import Jobs
from largesse.kit.mail import Mail
from largesse.kit.money import Money
from largesse.kit.wording import Writer
from largesse.payouts import LettersService, letters
from largesse.payouts.paper import Details
from mailing import Server, served, words
from pictured import jpeg

Post = Callable[[], Awaitable[list[EmailMessage]]]
SAYS = Details(name="Robert Q. Builder", number="P1234567", birth_date=date(1990, 5, 17))


@pytest.fixture
def database_url(clock_url: str) -> str:
    return clock_url


@pytest.fixture
async def smtp() -> AsyncIterator[tuple[Server, str]]:
    async with served() as found:
        yield found


@pytest.fixture
def post(desk: Any, smtp: tuple[Server, str]) -> Post:
    """Lets a worker do what waits, and gives what mail came of it."""
    server, url = smtp
    service = LettersService(desk.db, desk.settings)

    async def run() -> list[EmailMessage]:
        queue, before = Jobs(desk.db), len(server.messages)
        service.add_jobs(queue, Mail(replace(desk.settings, mail_url=url)), words)
        async with queue.queue.open_async():
            await queue.queue.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)
        return [message_from_string(text, policy=default) for text in server.messages[before:]]  # type: ignore[arg-type]

    return run


def subject(kind: str, language: str = "en") -> str:
    return words(language, f"mail.{kind}_subject")


def subjects(mails: list[EmailMessage]) -> list[str]:
    return [str(mail["subject"]) for mail in mails]


async def speak(desk: Any, language: str | None) -> None:
    async with desk.db.write() as tx:
        await tx.execute("UPDATE accounts.account SET language = %s WHERE key = %s", [language, desk.cast.bob.key])


async def cut(desk: Any, payout: UUID) -> None:
    """A transaction that gives cause for a letter, and does not commit."""
    async with desk.db.write() as tx:
        await letters.post(tx, "approved", [payout])
        raise RuntimeError("cut")


async def test_a_creator_reads_of_every_step_once(desk: Any, post: Post) -> None:
    await desk.earn()
    made, olga = await desk.asked(), desk.cast.olga.key
    (first,) = await post()
    number = ids.encode("payout", made.id)
    assert (first["to"], first["subject"]) == ("bob@example.org", subject("payout_requested"))
    lines = first.get_content().splitlines()
    said = {"Hello Bob,", f"Withdrawal: {number}", "Earnings: 100.00\u00a0USD", "Fee: 1.75\u00a0USD",
            "To arrive: 98.25\u00a0USD", f"{desk.settings.origin}/studio/withdraw/{number}"}  # fmt: skip
    assert said <= set(lines), lines
    for _ in range(2):  # who holds twice writes once
        await desk.office.hold(olga, made.id, "a look at the passport P1234567")
    held = await post()
    assert subjects(held) == [subject("payout_held")]
    assert "passport" not in held[0].get_content()
    await desk.office.release(olga, made.id, "fine")
    await desk.office.approve(olga, made.id)
    assert subjects(await post()) == [subject("payout_approved")]
    await desk.carrying.work()
    (paid,) = await post()  # it left and arrived within a second: that it left is news no more
    assert (paid["subject"], (await desk.get(made)).status) == (subject("payout_paid"), "paid")
    await desk.carrying.work()
    await desk.office.play_return(olga, made.id, "closed", None)
    await desk.carrying.work()
    assert subjects(await post()) == [subject("payout_returned")]
    await desk.carrying.work()
    assert await post() == []


async def test_who_is_turned_down_is_told_but_not_why(desk: Any, post: Post) -> None:
    await desk.earn()
    made = await desk.asked()
    await desk.office.reject(desk.cast.olga.key, made.id, "looks like a ring with @mallory")
    (letter,) = await post()  # it was turned down before the first one left
    assert letter["subject"] == subject("payout_rejected")
    assert "mallory" not in letter.get_content()


async def test_nobody_is_told_what_they_did_themselves(desk: Any, post: Post) -> None:
    await desk.earn()
    made = await desk.asked()
    await desk.requests.cancel(desk.cast.bob.key, made.id)
    assert await post() == []


async def test_a_letter_is_there_if_and_only_if_its_cause_is(desk: Any) -> None:
    await desk.earn()
    made, olga = await desk.asked(), desk.cast.olga.key
    assert [args["kind"] for args in await desk.posted()] == ["requested"]
    with pytest.raises(RuntimeError, match="cut"):
        await cut(desk, made.id)
    await desk.office.approve(olga, made.id)
    for _ in range(3):  # asked again and again, it has arrived once
        await desk.carrying.work()
        await desk.carrying.step(made.id)
    found = await desk.posted()
    assert [args["kind"] for args in found] == ["requested", "approved", "sent", "paid"]
    assert len({args["letter"] for args in found}) == 4


async def test_a_letter_whose_answer_was_lost_comes_again_as_the_same_one(
    desk: Any, post: Post, smtp: tuple[Server, str]
) -> None:
    await desk.earn()
    await desk.asked()
    smtp[0].lost = 1
    (first,) = await post()
    async with desk.db.write() as tx:
        await tx.execute("UPDATE procrastinate.procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
    (again,) = await post()
    assert first["message-id"] == again["message-id"]
    assert first.get_content() == again.get_content()
    assert await post() == []


@pytest.mark.parametrize("language", ["de", "es", "ar", "zh"])
async def test_every_letter_is_written_in_the_creators_language(desk: Any, language: str) -> None:
    await desk.earn()
    await speak(desk, language)
    made = await desk.asked()
    service = LettersService(desk.db, desk.settings)
    spoken, writer = set(), Writer(words, language)
    amounts = [writer.money(Money(minor, "USD")) for minor in (98_25, 100_00)]  # what arrives, and what was asked for
    for kind, statuses in letters._STANDS.items():
        async with desk.db.write() as tx:
            await tx.execute("SET LOCAL session_replication_role = replica")  # any state, by no legal way
            await tx.execute(
                "UPDATE payouts.payout SET status = %s, reasons = ARRAY['held'] WHERE id = %s", [min(statuses), made.id]
            )
        letter = await service.find(str(made.id), kind, words)
        assert letter is not None, kind
        assert "{" not in letter.subject + letter.text
        assert letter.subject == subject(f"payout_{kind}", language) != subject(f"payout_{kind}")
        spoken.add(letter.subject)
        assert any(amount in letter.text for amount in amounts), letter.text
    assert len(spoken) == len(letters._STANDS)
    async with desk.db.write() as tx:
        await tx.execute("SET LOCAL session_replication_role = replica")
        await tx.execute(
            "UPDATE payouts.payout SET status = 'review', reasons = ARRAY['first-payout'] WHERE id = %s", [made.id]
        )


async def paper(desk: Any) -> Any:
    bob = desk.cast.bob.key
    made, _ = await desk.papers.begin(bob, paper=ids.new(), kind="passport", country="US", given=SAYS, told=None)
    await desk.papers.attach(bob, made.id, "front", jpeg())
    return await desk.papers.submit(bob, made.id)


async def test_who_showed_a_paper_is_told_what_was_decided_and_nothing_that_it_says(desk: Any, post: Post) -> None:
    olga, made = desk.cast.olga.key, await paper(desk)
    await desk.papers_office.approve(olga, made.id, None)
    (yes,) = await post()
    assert (yes["to"], yes["subject"]) == ("bob@example.org", subject("paper_approved"))
    assert f"Document: {words('en', 'mail.paper_identity')}" in yes.get_content().splitlines()
    assert f"{desk.settings.origin}/studio/papers" in yes.get_content().splitlines()
    await desk.papers_office.reject(olga, made.id, "P1234567 was reported stolen")
    await speak(desk, "de")
    (no,) = await post()
    assert no["subject"] == subject("paper_rejected", "de")
    for mail in (yes, no):
        assert not [word for word in ("P1234567", "Builder", "1990", "stolen") if word in mail.get_content()]


async def test_who_has_left_gets_no_mail(desk: Any, post: Post) -> None:
    made = await paper(desk)
    await desk.papers_office.approve(desk.cast.olga.key, made.id, None)
    async with desk.db.write() as tx:
        await tx.execute(
            "UPDATE accounts.account SET email = NULL, erased_at = now() WHERE key = %s", [desk.cast.bob.key]
        )
    assert await post() == []
