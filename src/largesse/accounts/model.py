"""People and pure rules about them: ages, names, passwords."""

import ipaddress
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Literal
from uuid import UUID

import msgspec

from largesse.accounts.lists import COMMON_PASSWORDS
from largesse.kit import ids, text
from largesse.kit.principal import Principal

JOIN_YEARS_MIN = 13  # requirement R11; COPPA, 16 CFR 312.2: a child is under 13
_YEARS_MAX = 130
DISPLAY_NAME_CHARS_MAX = 40
PASSWORD_CHARS_MIN = 8  # NIST SP 800-63B, 5.1.1.2, with a list of refused ones
PASSWORD_CHARS_MAX = 200
_USERNAME = re.compile(r"[a-z0-9_.]{2,24}")
ACCOUNT_PREFIX = "acct"
SESSION_PREFIX = "sess"
HOST_PREFIX = "host"
NEVER = date.max  # of age: who is erased, and whose birth date nobody told
_CODE_CHARS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another
_CODE_LENGTH = 10
_MISREAD = str.maketrans("OIL", "011", "- ")


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What other rooms need of somebody: `key` is the books', `adult_from` the first UTC day of being of age.

    `level` is the gifter's, shown or not: what others see of it is in `person_body`.
    """

    key: int
    id: UUID
    username: str
    display_name: str
    creator: bool
    adult_from: date
    simulated: bool
    badge_hidden: bool
    level: int = 0
    erased: bool = False
    country: str = ""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of an account but its password. `birth_date` is None where a host made it and did not tell."""

    key: int
    id: UUID
    username: str
    display_name: str
    email: str | None
    birth_date: date | None
    country: str
    adult_from: date
    creator_since: datetime | None
    roles: list[str]
    simulated: bool
    badge_hidden: bool
    language: str | None
    email_verified_at: datetime | None
    created_at: datetime
    erased_at: datetime | None
    second_factor: bool

    def is_adult(self, at: datetime) -> bool:
        """Whether the person is of age where they live."""
        return self.adult_from <= at.date()


class AgeRule(msgspec.Struct, frozen=True):
    """The years of being of age, from a day on."""

    effective_on: date
    years: int


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A device that is signed in."""

    key: int
    id: UUID
    device: str
    address: str | None
    created_at: datetime
    seen_at: datetime
    expires_at: datetime | None


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a document to accept."""

    document: str
    version: int
    effective_at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class Device:
    """What a session is made from: the address and the name that the device gives itself."""

    address: str | None = None
    name: str = ""

    @property
    def throttled(self) -> str:
        """What is counted together: an IPv4 address, or an IPv6 network of 64 bits, which is one household."""
        if self.address is None:
            return "unknown"
        address = ipaddress.ip_address(self.address)
        return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session; its token is shown this once."""

    account: Account
    token: str
    expires_at: datetime
    replayed: bool = False


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody signs up with."""

    username: str
    email: str
    password: str
    birth_date: date
    country: str
    display_name: str
    language: str | None = None
    id: UUID | None = None


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A simulated person: no password, no address."""

    username: str
    display_name: str
    creator: bool = False
    birth_date: date = date(1990, 1, 1)
    country: str = "US"


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What a public profile adds to a person; `you_follow` is None for a guest."""

    created_at: datetime
    followers: int
    following: int
    you_follow: bool | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an erased account would lose."""

    coins: int = 0
    diamonds_milli: int = 0


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes into a mail; `token` is that of its one-time link, if it has one, `language` the reader's, if known."""

    to: str
    username: str
    language: str | None
    token: str


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """A platform with viewers of its own."""

    key: int
    id: UUID
    name: str
    created_at: datetime


class HostLink(Host, frozen=True, kw_only=True):
    """A host that a person linked an account to, since when, and whom it calls that person."""

    host_user: str
    at: datetime


class HostAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A user of a host: `host_user` there, `account` here. `made`: by the host; else a person linked their own."""

    host_user: str
    account: int
    made: bool
    at: datetime
    birth_date: date | None
    country: str
    adult_from: date

    def age(self, today: date) -> Literal["adult", "minor", "unknown"]:
        """Whether the person may give; unknown where the host did not tell, which is as a minor."""
        if self.birth_date is None:
            return "unknown"
        return "adult" if self.adult_from <= today else "minor"


class HostUserFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a host says of one of its users; None leaves what is there."""

    host_user: str
    country: str
    birth_date: date | None = None
    display_name: str | None = None


class Badge(msgspec.Struct, frozen=True):
    """A gifter's badge: the level of the paid coins that they gave in their own name."""

    level: int


class Gifter(msgspec.Struct, frozen=True):
    """What somebody gave in their own name, in paid coins, and the level of it; level n asks for `coins_min[n - 1]`."""

    coins: int
    level: int
    coins_min: list[int]


class PersonBody(msgspec.Struct, frozen=True):
    """Somebody, as everybody sees them. Avatars are initials on a colour derived from the id."""

    id: str
    username: str
    display_name: str
    badge: Badge | None = None


def person_body(person: Person) -> PersonBody:
    """Somebody, as everybody sees them: without a badge that they hide."""
    badge = None if person.badge_hidden or person.erased else _badge(person.level)
    return PersonBody(ids.encode(ACCOUNT_PREFIX, person.id), person.username, person.display_name, badge)


def principal_body(principal: Principal) -> PersonBody:
    """The caller, as everybody sees them."""
    shown = _badge(principal.badge)
    return PersonBody(ids.encode(ACCOUNT_PREFIX, principal.id), principal.username, principal.display_name, shown)


def _badge(level: int) -> Badge | None:
    return Badge(level) if level else None


def is_username(name: str) -> bool:
    """Whether somebody could have this username, in lower case."""
    return _USERNAME.fullmatch(name) is not None


def birthday(born: date, years: int) -> date:
    """The day of the birthday; 1 March for 29 February where the year has none, so nobody is of age too early."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def adult_from(born: date, rules: Sequence[AgeRule]) -> date:
    """The first UTC day of being of age, by the rules of a country in the order of their days.

    Whoever came of age under an earlier rule stays so.
    """
    day = birthday(born, rules[0].years)
    for before, rule in pairwise(rules):
        if day < rule.effective_on:
            return day
        assert before.effective_on < rule.effective_on, rules
        day = max(birthday(born, rule.years), rule.effective_on)
    return day


def may_join(born: date, today: date) -> bool:
    """Whether somebody born then is old enough for an account."""
    return birthday(born, JOIN_YEARS_MIN) <= today


def is_birth_date(born: date, today: date) -> bool:
    """Whether a living person can be born then."""
    return born <= today and born.year >= today.year - _YEARS_MAX


def display_name(name: str) -> str:
    """The name as one NFC line of 1 to 40 characters that show as what they are; raises `text.BadText`."""
    return text.line(name, DISPLAY_NAME_CHARS_MAX)


def password(given: str) -> str:
    """The password as it is hashed: NFC, so that it is the same from every keyboard."""
    return unicodedata.normalize("NFC", given)


def weakness(given: str, *own: str) -> str | None:
    """Why a password is too easy to guess, or None; `own` are the person's names and address."""
    plain = password(given).casefold()
    if plain in COMMON_PASSWORDS or len(set(plain)) <= 2:  # noqa: PLR2004 - the same one or two characters
        return "is one of the first that anybody would try"
    if any(plain in {name.casefold(), name.partition("@")[0].casefold()} for name in own):
        return "is your own name or address"
    return None


def new_code() -> str:
    """A code of 50 random bits that a person can read out: ABCDE-FGHJK."""
    made = "".join(secrets.choice(_CODE_CHARS) for _ in range(_CODE_LENGTH))
    return f"{made[: _CODE_LENGTH // 2]}-{made[_CODE_LENGTH // 2 :]}"


def plain_code(typed: str) -> str:
    """A code as it is hashed, however it was typed."""
    return typed.upper().translate(_MISREAD)


def age_of_host_user(before: HostAccount | None, birth_date: date | None, rules: Sequence[AgeRule]) -> date | None:
    """The first day of being of age after what a host says; None where it may not say so.

    Without a birth date nobody is ever of age. The first one that is told counts; another one, and moving, make it
    later at most.
    """
    known = before.birth_date if before else None
    told = birth_date or known
    if told is None:
        return NEVER
    day = adult_from(told, rules)
    if before is None or known is None:
        return day
    if told != known and day < before.adult_from:
        return None
    return max(day, before.adult_from)
