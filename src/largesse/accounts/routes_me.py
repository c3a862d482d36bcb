"""One's own account, and other people's profiles."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.accounts.errors import NotCurrentTerms, PayoutUnderWay, SelfFollow, StillHolds, UnderAge, WrongPassword
from largesse.accounts.model import (
    ACCOUNT_PREFIX,
    DISPLAY_NAME_CHARS_MAX,
    PASSWORD_CHARS_MAX,
    PASSWORD_CHARS_MIN,
    Account,
    Badge,
    Person,
    Profile,
    person_body,
)
from largesse.accounts.service import AccountsService
from largesse.kit import http, ids
from largesse.kit.http import CsrfFailed, Forbidden, Invalid, NotFound, NotSignedIn
from largesse.kit.principal import Principal

Country = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$", description="ISO 3166-1, two capital letters")]
Language = Annotated[
    str, msgspec.Meta(pattern="^[a-z]{2,3}$", description="RFC 5646, the primary subtag: mail is in it")
]
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=PASSWORD_CHARS_MAX)]
NewPassword = Annotated[str, msgspec.Meta(min_length=PASSWORD_CHARS_MIN, max_length=PASSWORD_CHARS_MAX)]
Age = Literal["adult", "minor"]
Document = Literal["service", "coins", "creator"]
_OWN = (NotSignedIn, CsrfFailed, Forbidden)


class AccountBody(msgspec.Struct, frozen=True, kw_only=True):
    """An account, as only its owner sees it. `age` is whether the person is of age where they live.

    `second_factor` is whether an authenticator is on.
    """

    id: str
    username: str
    display_name: str
    badge: Badge | None = None
    roles: list[str]
    age: Age
    country: str
    language: str | None
    email: str | None
    email_verified: bool
    badge_hidden: bool
    second_factor: bool
    created_at: datetime


class ProfileBody(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's public profile; `you_follow` is null for a guest."""

    id: str
    username: str
    display_name: str
    badge: Badge | None = None
    creator: bool
    simulated: bool
    created_at: datetime
    followers: int
    following: int
    you_follow: bool | None


class GifterBody(msgspec.Struct, frozen=True, kw_only=True):
    """Your gifter's level, shown or not: `coins` are paid ones that you gave in your own name.

    Level n asks for `levels[n - 1]` coins; `next_coins` is what the next level asks for, null at the highest.
    """

    level: int
    coins: int
    next_coins: int | None
    levels: list[int]
    hidden: bool


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What to change; null or missing stays."""

    display_name: Annotated[str, msgspec.Meta(min_length=1, max_length=4 * DISPLAY_NAME_CHARS_MAX)] | None = None
    country: Country | None = None
    badge_hidden: bool | None = None
    language: Language | None = None


class PasswordChange(msgspec.Struct, frozen=True):
    """The password now, and the one to come."""

    old_password: Password
    new_password: NewPassword


class BecomeCreator(msgspec.Struct, frozen=True):
    """Agreement to the creators' terms in force."""

    accept_terms: bool


class TermsAcceptance(msgspec.Struct, frozen=True):
    """A document and the version of it that is in force."""

    document: Document
    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class TermsBody(msgspec.Struct, frozen=True):
    """A document in force."""

    document: str
    version: int
    effective_at: datetime
    body: str


class Erasure(msgspec.Struct, frozen=True):
    """The password again; `forfeit` agrees to lose what the account still holds."""

    password: Password
    forfeit: bool = False


class ExportBody(msgspec.Struct, frozen=True):
    """Everything that is kept about a person, by part."""

    account: dict[str, Any]
    sessions: list[dict[str, Any]]
    accepted_terms: list[dict[str, Any]]
    follows: list[dict[str, Any]]
    followers: list[dict[str, Any]]
    host_users: list[dict[str, Any]]
    gifter: dict[str, int] | None = None
    second_factor: dict[str, Any] | None = None
    own_limits: list[dict[str, Any]] = []
    signals: list[dict[str, Any]] = []
    own_limit_changes: list[dict[str, Any]] = []
    breaks: list[dict[str, Any]] = []
    blocks: list[dict[str, Any]] = []
    reports: list[dict[str, Any]] = []
    purchase_consent: dict[str, Any] | None = None
    payout_methods: list[dict[str, Any]] = []
    payouts: list[dict[str, Any]] = []
    papers: list[dict[str, Any]] = []
    earnings: list[dict[str, Any]] = []
    recordings: list[dict[str, Any]] = []
    videos: list[dict[str, Any]] = []
    comments: list[dict[str, Any]] = []
    video_likes: list[dict[str, Any]] = []
    live_mail: dict[str, bool] | None = None


@get("/v1/me", tags=["People"], summary="Your account", responses=http.declares(*_OWN))
async def get_me(accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal]) -> AccountBody:
    """Profile, roles and age status."""
    return await show_account(accounts, await accounts.me.get(http.person(principal).account))


@get("/v1/me/badge", tags=["People"], summary="Your gifter's level", responses=http.declares(*_OWN))
async def get_badge(accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal]) -> GifterBody:
    """What you gave in your own name, and the level of it. Anonymous gifts never count; hide it by PATCH /v1/me."""
    mine = http.person(principal).account
    gifter, account = await accounts.me.gifter(mine), await accounts.me.get(mine)
    return GifterBody(
        level=gifter.level,
        coins=gifter.coins,
        next_coins=next(iter(gifter.coins_min[gifter.level :]), None),
        levels=gifter.coins_min,
        hidden=account.badge_hidden,
    )


@patch("/v1/me", tags=["People"], summary="Change your account", responses=http.declares(*_OWN))
async def update_me(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], data: JSONBody[Changes]
) -> AccountBody:
    """Change name, country or language, hide or show your badge. Moving can make you of age later, never earlier."""
    after = await accounts.me.update(
        http.person(principal).account,
        display_name=data.display_name,
        country=data.country,
        badge_hidden=data.badge_hidden,
        language=data.language,
    )
    return await show_account(accounts, after)


@post(
    "/v1/me/creator",
    tags=["People"],
    summary="Become a creator",
    status_code=200,
    responses=http.declares(*_OWN, UnderAge),
)
async def become_creator(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], data: JSONBody[BecomeCreator]
) -> AccountBody:
    """Accept the creators' terms; of age only. Again is the same."""
    if not data.accept_terms:
        raise Invalid.field("accept_terms", "the creators' terms must be accepted")
    return await show_account(accounts, await accounts.me.become_creator(http.person(principal).account))


@post(
    "/v1/me/password",
    tags=["People"],
    summary="Change your password",
    status_code=204,
    responses=http.declares(*_OWN, WrongPassword, http.Busy),
)
async def change_password(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], data: JSONBody[PasswordChange]
) -> None:
    """Set another password; every other device is signed out."""
    mine = http.person(principal)
    await accounts.me.change_password(mine.account, mine.bearer, data.old_password, data.new_password)


@get("/v1/terms", tags=["People"], summary="Terms in force", responses=http.declares())
async def list_terms(accounts: NamedDependency[AccountsService]) -> http.Page[TermsBody]:
    """The documents to accept, with their versions."""
    terms = await accounts.me.list_terms()
    return http.Page([TermsBody(t.document, t.version, t.effective_at, t.body) for t in terms])


@post(
    "/v1/me/terms",
    tags=["People"],
    summary="Accept terms",
    status_code=204,
    responses=http.declares(*_OWN, NotCurrentTerms),
)
async def accept_terms(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], data: JSONBody[TermsAcceptance]
) -> None:
    """Accept the version of a document that is in force."""
    await accounts.me.accept_terms(http.person(principal).account, data.document, data.version)


@get("/v1/accounts/{username:str}", tags=["People"], summary="A profile", responses=http.declares(NotFound))
async def get_profile(
    accounts: NamedDependency[AccountsService], caller: NamedDependency[Principal | None], username: FromPath[str]
) -> ProfileBody:
    """Somebody's public profile."""
    person, profile = await accounts.me.profile(username, caller.account if caller else None)
    return _profile(person, profile)


@post(
    "/v1/accounts/{username:str}/follow",
    tags=["People"],
    summary="Follow",
    status_code=200,
    responses=http.declares(*_OWN, NotFound, SelfFollow),
)
async def follow(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], username: FromPath[str]
) -> ProfileBody:
    """Follow somebody; again is the same."""
    person, profile = await accounts.me.follow(http.person(principal).account, username)
    return _profile(person, profile)


@delete(
    "/v1/accounts/{username:str}/follow",
    tags=["People"],
    summary="Stop following",
    status_code=200,
    responses=http.declares(*_OWN, NotFound),
)
async def unfollow(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], username: FromPath[str]
) -> ProfileBody:
    """Stop following somebody; again is the same."""
    person, profile = await accounts.me.unfollow(http.person(principal).account, username)
    return _profile(person, profile)


@get("/v1/me/export", tags=["People"], summary="Your data", responses=http.declares(*_OWN))
async def export_me(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal]
) -> Response[ExportBody]:
    """Everything that is kept about you as a person, as JSON."""
    account, rest = await accounts.me.export(http.person(principal).account)
    plain = {name: value for name, value in msgspec.structs.asdict(account).items() if name != "key"}
    body = ExportBody(plain | {"id": ids.encode(ACCOUNT_PREFIX, account.id)}, **rest)
    return Response(
        body, headers={"Content-Disposition": 'attachment; filename="largesse.json"', "Cache-Control": "no-store"}
    )


@post(
    "/v1/me/erase",
    tags=["People"],
    summary="Leave for good",
    status_code=204,
    responses=http.declares(*_OWN, WrongPassword, StillHolds, PayoutUnderWay, http.Busy),
)
async def erase_me(
    accounts: NamedDependency[AccountsService], principal: NamedDependency[Principal], data: JSONBody[Erasure]
) -> None:
    """Erase your name, address, birth date and sessions. The books keep numbers only."""
    await accounts.me.erase(http.person(principal).account, data.password, forfeit=data.forfeit)


async def show_account(accounts: AccountsService, account: Account) -> AccountBody:
    """An account, as its owner sees it; its badge is as others see it."""
    person = (await accounts.people([account.key])).get(account.key)
    return _account(account, accounts.now.date(), person_body(person).badge if person else None)


def _account(account: Account, today: date, badge: Badge | None) -> AccountBody:
    return AccountBody(
        id=ids.encode(ACCOUNT_PREFIX, account.id),
        username=account.username,
        display_name=account.display_name,
        badge=badge,
        roles=[*(["creator"] if account.creator_since else []), *account.roles],
        age="adult" if account.adult_from <= today else "minor",
        country=account.country,
        language=account.language,
        email=account.email,
        email_verified=account.email_verified_at is not None,
        badge_hidden=account.badge_hidden,
        second_factor=account.second_factor,
        created_at=account.created_at,
    )


def _profile(person: Person, profile: Profile) -> ProfileBody:
    shown = person_body(person)
    return ProfileBody(
        id=shown.id,
        username=shown.username,
        display_name=shown.display_name,
        badge=shown.badge,
        creator=person.creator,
        simulated=person.simulated,
        created_at=profile.created_at,
        followers=profile.followers,
        following=profile.following,
        you_follow=profile.you_follow,
    )


routes_me: list[Any] = [
    get_me,
    get_badge,
    update_me,
    become_creator,
    change_password,
    list_terms,
    accept_terms,
    get_profile,
    follow,
    unfollow,
    export_me,
    erase_me,
]
