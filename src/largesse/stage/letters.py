"""Mail about LIVEs: who wants it, what it says in its reader's language, and a link that stops it without signing in.

A letter is a row of the transaction that tells its reader in the notification centre. A worker takes rows for a time,
sends, and forgets them: killed in between, it sends again under the same `Message-ID`.
"""

import asyncio
import hmac
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec
import structlog

from largesse.kit import ids
from largesse.kit.config import Settings
from largesse.kit.db import Database, ReadTx, WriteTx, sql
from largesse.kit.mail import Letter, Mail, MailFailed
from largesse.kit.principal import Principal
from largesse.kit.wording import Words, Writer

log = structlog.get_logger(__name__)
TRIES_MAX = 8  # with pauses of 1, 2, 4, … minutes: about two hours
_PAUSE_S = 60
_HOLD_S = 600  # longer than a batch takes where every server is as slow as it may be
_AT_ONCE = 80
_BESIDE = 8
_MARK = b"largesse mail about lives 1"
_MAC_BYTES = 16


class MailWishes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which mail about LIVEs somebody wants: of creators whom they follow, and (`reminders`) of what they asked for."""

    announced: bool
    soon: bool
    started: bool
    reminders: bool


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A letter that is to be sent, if it `stands`: to `email`, about a LIVE of `creator`."""

    account: int
    broadcast: int
    tries: int
    kind: str
    account_id: UUID
    email: str | None
    display_name: str
    language: str | None
    creator: str
    live: UUID
    title: str
    scheduled_at: datetime | None
    stands: bool


class StopLinks:
    """What stops mail to an account: its id and 128 bits of HMAC-SHA-256. It holds for ever, for mail is kept."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def text(self, account: UUID) -> str:
        """The token of an account: letters, digits, `_` and `-`."""
        mac = hmac.digest(self._secret, _MARK + account.bytes, sha256)[:_MAC_BYTES]
        return f"{ids.encode('acct', account)}-{mac.hex()}"

    def read(self, text: str) -> UUID | None:
        """Whose token it is; None where it is none of ours."""
        account = ids.decode(text.partition("-")[0], "acct") if text.isascii() else None
        good = account is not None and hmac.compare_digest(self.text(account), text)
        return account if good else None


class LiveLettersService:
    """Mail about LIVEs. Build it once, in `main`."""

    def __init__(self, db: Database, settings: Settings, links: StopLinks) -> None:
        self._db = db
        self._origin = settings.origin
        self.links = links

    async def get_wishes(self, who: Principal) -> MailWishes:
        """Which mail about LIVEs somebody wants."""
        async with self._db.read() as tx:
            return await get_wishes(tx, who.account)

    async def set_wishes(self, who: Principal, wishes: MailWishes) -> MailWishes:
        """Let somebody have this mail about LIVEs, and no other."""
        async with self._db.write() as tx:
            await tx.execute(sql("stage", "mail_wish_put"), msgspec.structs.asdict(wishes) | {"account": who.account})
        return wishes

    async def stop(self, token: str) -> bool:
        """Send no mail about LIVEs any more to whom a token belongs; whether it belongs to anybody."""
        account = self.links.read(token)
        if account is None:
            return False
        async with self._db.write() as tx:
            return await tx.scalar(sql("stage", "mail_wish_stop"), {"id": account}) is not None

    async def send_due(self, mail: Mail, words: Words) -> None:
        """Send what is due, in batches: a worker's, often. Stops at the first batch of which a server took nothing."""
        while True:
            async with self._db.write() as tx:
                due = await tx.all(Due, sql("stage", "letters_claim"), {"hold_s": _HOLD_S, "limit": _AT_ONCE})
            if not due or not await self._send(due, mail, words):
                return

    async def _send(self, due: list[Due], mail: Mail, words: Words) -> bool:
        """Send a batch and say of each what became of it; False where no server took any."""
        beside = asyncio.Semaphore(_BESIDE)

        async def attempt(one: Due) -> bool:
            if not one.stands or one.email is None:
                return True
            token = self.links.text(one.account_id)
            letter = write(one, one.email, origin=self._origin, words=words, token=token)
            stop = f"{self._origin}/v1/mail-stops/{token}"
            async with beside:
                try:
                    await mail.send(
                        letter.to, letter.subject, letter.text, name=f"live-{one.broadcast}-{one.account}", stop=stop
                    )
                except MailFailed as error:
                    log.warning("letter.failed", error=str(error), tries=one.tries)
                    return one.tries >= TRIES_MAX
            return True

        done = await asyncio.gather(*(attempt(one) for one in due))
        async with self._db.write() as tx:
            await _move(tx, "letters_done", [one for one, over in zip(due, done, strict=True) if over])
            await _move(tx, "letters_later", [one for one, over in zip(due, done, strict=True) if not over])
        return any(done)


def write(one: Due, to: str, *, origin: str, words: Words, token: str) -> Letter:
    """The letter in its reader's language; its last line says how it is stopped."""
    writer = Writer(words, one.language)
    values = {"name": one.display_name, "creator": one.creator, "title": one.title}
    values["when"] = writer.moment(one.scheduled_at) if one.scheduled_at else ""
    link = f"{origin}/live/{ids.encode('live', one.live)}"
    text = writer.fill(f"mail.live_{one.kind}_text", values, link=link)
    stop = writer.fill("mail.live_stop", {}, link=f"{origin}/stop/{token}")
    subject = writer.fill(f"mail.live_{one.kind}_subject", {"creator": one.creator})
    return Letter(to, " ".join(subject.split()), f"{text}\n{stop}")


async def get_wishes(tx: ReadTx, account: int) -> MailWishes:
    """Which mail about LIVEs somebody wants."""
    found = await tx.one(MailWishes, sql("stage", "mail_wish_get"), {"account": account})
    assert found
    return found


async def forget(tx: WriteTx, account: int) -> None:
    """Forget what mail somebody wanted, and what was to be sent to them."""
    await tx.execute(sql("stage", "mail_wish_erase"), {"account": account})


async def _move(tx: WriteTx, statement: str, some: list[Due]) -> None:
    if some:
        which = {"accounts": [one.account for one in some], "broadcasts": [one.broadcast for one in some]}
        pause = {"pause_s": _PAUSE_S} if statement == "letters_later" else {}
        await tx.execute(sql("stage", statement), which | pause)
