"""Ports that can stop a withdrawal and say why: who a creator is, their tax form, a list of whom nobody may pay.

How much each is asked for is a setting: `off`; `review`, a person looks at a payout of whom it is missing; `required`,
nobody withdraws without it. A provider that verifies identities, or takes tax forms, is one more class here.
Source: docs/decisions/0030-papers.md
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from largesse.accounts import PersonalKeys
from largesse.kit.config import Settings
from largesse.kit.db import Database, ReadTx
from largesse.kit.problems import Problem
from largesse.payouts import paper, sealed_papers, store, store_methods, store_papers
from largesse.payouts.errors import IdentityNeeded, NotPayable, TaxFormNeeded
from largesse.payouts.paper import Standing, Subject
from largesse.payouts.screening import Listed, Screen, words_of
from largesse.payouts.sealing import Seals

Level = Literal["off", "review", "required"]
SCREENING = "screening"


class IdentityVerifier(Protocol):
    """Whoever finds out that creators are who they say they are."""

    async def standing(self, tx: ReadTx, creator: int, now: datetime) -> Standing:
        """How far a creator has come; only `approved` counts."""


class TaxForms(Protocol):
    """Whoever takes creators' tax forms."""

    async def standing(self, tx: ReadTx, creator: int, now: datetime) -> Standing:
        """How far a creator has come; only `approved` counts."""


class SanctionsScreen(Protocol):
    """Whoever knows whom nobody may pay."""

    @property
    def is_on(self) -> bool:
        """Whether anybody is asked at all."""

    @property
    def is_readable(self) -> bool:
        """Whether names can be looked up now; where not, every payout waits for a person."""

    async def ready(self) -> None:
        """Bring it up to date."""

    def matches(self, name: str) -> list[Listed]:
        """Whom a name may be."""


class ByPapers:
    """By what creators show and an operator approves: the port without a provider."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    async def standing(self, tx: ReadTx, creator: int, now: datetime) -> Standing:
        """How far a creator has come."""
        return paper.standing(await store_papers.list_papers(tx, creator), self._subject, now.date())


class ChecksService:
    """What the ports say, asked where a payout is quoted, asked for and approved."""

    def __init__(
        self, db: Database, settings: Settings, personal: PersonalKeys, seals: Seals, *,
        identity: IdentityVerifier | None = None, tax_forms: TaxForms | None = None,
        screen: SanctionsScreen | None = None,
    ) -> None:  # fmt: skip
        self._db = db
        self._personal = personal
        self._seals = seals
        self._screen = screen or Screen(_path(settings.payout_sanctions_file))
        self._asked: list[tuple[str, Level, IdentityVerifier | TaxForms, Callable[[str], Problem]]] = [
            ("identity-needed", _level(settings, settings.payout_identity, "required"),
             identity or ByPapers("identity"), IdentityNeeded),
            ("tax-form-needed", _level(settings, settings.payout_tax_form, "review"),
             tax_forms or ByPapers("tax_form"), TaxFormNeeded),
        ]  # fmt: skip

    def levels(self) -> dict[str, Level]:
        """How much each is asked for, by the reason that names it."""
        return {reason: level for reason, level, _, _ in self._asked}

    async def screen(self, creator: int) -> None:
        """Look up the names by which a creator is known here, and note whom they may be; before a payout is judged."""
        if not self._screen.is_on:
            return
        await self._screen.ready()
        async with self._db.write() as tx:
            for name in await self._names(tx, creator):
                if found := self._screen.matches(name):
                    print_ = self._seals.fingerprint(SCREENING, " ".join(sorted(words_of(name))))
                    await store_papers.put_matches(tx, creator, print_, found)

    async def judge(self, tx: ReadTx, creator: int, now: datetime) -> list[str]:
        """Why a person looks at a payout of this creator's.

        Raises `IdentityNeeded`, `TaxFormNeeded` where that is required, and `NotPayable` whom a person found listed.
        """
        reasons = []
        for reason, level, port, problem in self._asked:
            if level != "off" and (standing := await port.standing(tx, creator, now)) != "approved":
                if level == "required":
                    raise problem(standing)
                reasons.append(reason)
        rulings = await store_papers.list_rulings(tx, creator)
        if "confirmed" in rulings:
            raise NotPayable
        if "open" in rulings or not self._screen.is_readable:
            reasons.append(SCREENING)
        return reasons

    async def blocks(self, tx: ReadTx, creator: int, now: datetime) -> str | None:
        """Why nobody may approve a payout of this creator's now; None where one may."""
        try:
            reasons = await self.judge(tx, creator, now)
        except (IdentityNeeded, TaxFormNeeded, NotPayable) as problem:
            return problem.code
        return SCREENING if SCREENING in reasons else None

    async def _names(self, tx: ReadTx, creator: int) -> set[str]:
        names = set()
        today = (await store.get_now(tx)).date()
        for key, sealed in await store_papers.list_counting(tx, creator, today):
            says = await sealed_papers.open_sealed(self._personal, tx, creator, key, sealed)
            if says is not None:
                names.add(says.name)
        person_key = await store_methods.find_person_key(tx, creator)
        for sealed in await store_papers.list_holders(tx, creator) if person_key else ():
            assert person_key is not None
            names.add(self._seals.open(person_key, creator, sealed).get("name", ""))
        return names - {""}


def _level(settings: Settings, asked: str, outside: Level) -> Level:
    """A setting that is not set is `outside` a sandbox's, and off in one."""
    levels: dict[str, Level] = {"off": "off", "review": "review", "required": "required"}
    return levels.get(asked) or ("off" if settings.sandbox else outside)


def _path(setting: str) -> Path | None:
    return Path(setting).expanduser() if setting else None
