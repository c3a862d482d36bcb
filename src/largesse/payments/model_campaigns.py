"""Campaigns and whom they grant: pure."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

Trigger = Literal["email_verified", "first_purchase", "code"]
Status = Literal["proposed", "rejected", "withdrawn", "coming", "running", "exhausted", "over", "ended"]
# Why somebody gets nothing.
Nothing = Literal["under-age", "not-in-region", "frozen", "resting", "not-new", "already-granted", "over", "exhausted"]

NAME_CHARS_MAX = 60
CODE = r"^[A-Z0-9-]{6,40}$"
_COINS_MAX, _BUDGET_MAX = 1_000_000, 10**12


class CampaignContent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator says about a campaign.

    `coins` is what one grant gives, `budget_coins` all of them together, in promotional coins. The window is
    [`starts_at`, `ends_at`). Only a code can be used more than once by a person, and it is typed as it is written here.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_CHARS_MAX)]
    trigger: Trigger
    coins: Annotated[int, msgspec.Meta(ge=1, le=_COINS_MAX)]
    budget_coins: Annotated[int, msgspec.Meta(ge=1, le=_BUDGET_MAX)]
    starts_at: datetime
    ends_at: datetime
    grants_per_person_max: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    code: Annotated[str, msgspec.Meta(pattern=CODE)] | None = None


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """An approved campaign: its content, what it has granted, and when it was ended before its time."""

    id: UUID
    name: str
    trigger: Trigger
    code: str | None
    coins: int
    budget_coins: int
    grants_per_person_max: int
    starts_at: datetime
    ends_at: datetime
    granted_coins: int
    ended_at: datetime | None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of whoever would be granted; `grants` is how often this campaign granted them before.

    `may_give`: gifts can be given where they live, so coins are of use.
    """

    adult: bool
    may_give: bool
    frozen: bool
    resting: bool
    joined_at: datetime
    grants: int


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """The n-th grant of a campaign to a person, of so many promotional coins."""

    id: UUID
    campaign: UUID
    name: str
    code: str | None
    account: int
    n: int
    coins: int
    granted_at: datetime


def why_nothing(campaign: Campaign, person: Standing, at: datetime) -> Nothing | None:
    """Why a campaign grants nothing for what happened at `at`; None where it grants."""
    new = campaign.trigger != "email_verified" or person.joined_at >= campaign.starts_at
    reasons: list[tuple[Nothing, bool]] = [
        ("under-age", not person.adult),
        ("not-in-region", not person.may_give),
        ("frozen", person.frozen),
        ("resting", person.resting),
        ("not-new", not new),
        ("already-granted", person.grants >= campaign.grants_per_person_max),
        ("over", not is_in_window(campaign, at)),
        ("exhausted", campaign.granted_coins + campaign.coins > campaign.budget_coins),
    ]
    return next((why for why, holds in reasons if holds), None)


def is_in_window(campaign: Campaign, at: datetime) -> bool:
    """Whether something that happened at `at` counts."""
    return campaign.starts_at <= at < min(campaign.ends_at, campaign.ended_at or campaign.ends_at)


def plain_code(typed: str) -> str:
    """A code as campaigns have it, from what somebody typed."""
    return "".join(typed.split()).upper()


def source_of(grant: UUID) -> str:
    """The cause of a grant in the books."""
    return f"campaign:{grant}"


def grant_of(source: str) -> UUID | None:
    """The grant that a cause in the books names; None where it is none."""
    kind, _, text = source.partition(":")
    if kind != "campaign":
        return None
    return UUID(text)
