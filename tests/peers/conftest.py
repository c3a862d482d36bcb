"""Books to prove and to read: secrets of their own, and a keeper who writes entries. App stores that run."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bookkeeping import Bookkeeper
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.ledger import keys
from largesse.ledger.keys import Keys
from peers import app_store, google_play, push_tokens, till
from peers.app_store import AppStore
from peers.apple_signing import Chain, make_chain
from peers.google_play import GooglePlay
from peers.push_tokens import Issuer
from peers.till import Till

MakeTill = Callable[[Settings], Awaitable[Till]]


@pytest.fixture
def secrets(tmp_path: Path) -> Keys:
    return keys.load_keys(tmp_path / "data")


@pytest.fixture
def books(db: Database, secrets: Keys) -> Bookkeeper:
    return Bookkeeper(db, secrets)


@pytest.fixture
async def make_till(db: Database, app_client: Any, accounts_service: Any) -> AsyncIterator[MakeTill]:
    """Opens services that sell through app stores."""
    made: list[Till] = []

    async def make(settings: Settings) -> Till:
        made.append(await till.opened(db, settings, app_client, accounts_service))
        return made[-1]

    yield make
    for one in made:
        await one.notices.close()
        await one.payments.close()


# Apple


@pytest.fixture(scope="session")
def chain() -> Chain:
    return make_chain()


@pytest.fixture
def store(chain: Chain) -> Iterator[AppStore]:
    """An App Store that runs."""
    with app_store.app_store(chain) as made:
        yield made


@pytest.fixture
def apple(settings: Settings, store: AppStore, tmp_path: Path) -> Settings:
    """The settings of an operator who sells through the App Store, outside a sandbox."""
    root, key = tmp_path / "root.pem", tmp_path / "AuthKey.p8"
    root.write_bytes(store.chain.root.pem)
    key.write_bytes(store.key_pem)
    return till.changed(
        settings, sandbox=False, apple_bundle_id=app_store.BUNDLE, apple_app_id=app_store.APP,
        apple_root_certificates=str(root), apple_online_checks=False, apple_api_base=store.url,
        apple_key_id=app_store.KEY_ID, apple_issuer_id=app_store.ISSUER, apple_key_file=str(key),
    )  # fmt: skip


@pytest.fixture
async def counter(make_till: MakeTill, apple: Settings) -> Till:
    """That operator's service."""
    return await make_till(apple)


# Google


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    """The issuer of push tokens."""
    with push_tokens.issuing() as made:
        yield made


@pytest.fixture
def play() -> Iterator[GooglePlay]:
    """A Google Play that runs."""
    with google_play.google_play() as made:
        yield made


@pytest.fixture
def google(settings: Settings, play: GooglePlay, issuer: Issuer, tmp_path: Path) -> Settings:
    """The settings of an operator who sells through Google Play, outside a sandbox."""
    key = tmp_path / "service-account.json"
    key.write_text(json.dumps(play.credentials))
    return till.changed(
        settings, sandbox=False, google_package_name=google_play.PACKAGE, google_credentials_file=str(key),
        google_api_base=play.url, google_push_audience=push_tokens.AUDIENCE, google_push_email=push_tokens.EMAIL,
        google_push_jwks_url=issuer.jwks,
    )  # fmt: skip


@pytest.fixture
async def kiosk(make_till: MakeTill, google: Settings) -> Till:
    """That operator's service."""
    return await make_till(google)
