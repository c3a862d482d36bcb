"""Google Play's developer notifications: pushed by Pub/Sub with a token, minted here by oauth2-mock-server."""

import asyncio
import base64
import json
import threading
import time
import urllib.request
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from largesse.kit.config import Settings
from largesse.payments.providers.google_push import PushTokens
from largesse.payments.providers.port import Away, BadNotice
from peers.conftest import MakeTill
from peers.google_play import GooglePlay
from peers.loopback import Answer, Asked, listening
from peers.push_tokens import AUDIENCE, EMAIL, GOOGLE, Issuer, purchased, push, voided
from peers.till import Till, changed

_HOUR = 3600


@pytest.mark.parametrize("issuer_name", [GOOGLE, "accounts.google.com", "its own"])
async def test_a_token_for_us_is_let_in(kiosk: Till, issuer: Issuer, issuer_name: str) -> None:
    name = issuer.url.replace("localhost", "127.0.0.1") if issuer_name == "its own" else issuer_name
    told = push("evt-1", testNotification={"version": "1.0"})
    assert await kiosk.hear("google", told, authorization=issuer.bearer(iss=name)) == 200
    assert await kiosk.outcomes() == ["unknown kind"]


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://other.example.org"},
        {"aud": None},
        {"email": "other@example.iam.gserviceaccount.com"},
        {"email": None},
        {"email_verified": False},
        {"iss": "https://accounts.example.org"},
        {"iss": None},
        {"exp": None},
    ],
    ids=str,
)
async def test_a_token_for_somebody_else_is_refused_and_nothing_is_kept(
    kiosk: Till, issuer: Issuer, claims: dict[str, Any]
) -> None:
    told = purchased("evt-1", "coins_70", "token-1")
    assert await kiosk.hear("google", told, authorization=issuer.bearer(**claims)) == 400
    assert await kiosk.outcomes() == []


@pytest.mark.parametrize(("name", "from_now_s"), [("exp", -_HOUR), ("iat", _HOUR), ("nbf", _HOUR)])
async def test_a_token_of_another_time_is_refused_and_nothing_is_kept(
    kiosk: Till, issuer: Issuer, name: str, from_now_s: int
) -> None:
    claims = {name: int(time.time()) + from_now_s}
    told = purchased("evt-1", "coins_70", "token-1")
    assert await kiosk.hear("google", told, authorization=issuer.bearer(**claims)) == 400
    assert await kiosk.outcomes() == []


async def test_a_token_that_google_did_not_sign_is_refused(kiosk: Till, issuer: Issuer) -> None:
    told = purchased("evt-1", "coins_70", "token-1")
    good = issuer.token()
    claims = jwt.decode(good, options={"verify_signature": False})
    kid = jwt.get_unverified_header(good)["kid"]
    other = rsa.generate_private_key(65537, 2048)
    head, _, signature = good.split(".")
    forged = base64.urlsafe_b64encode(json.dumps(claims | {"exp": claims["exp"] + 1}).encode()).rstrip(b"=").decode()
    for token in [
        jwt.encode(claims, other, algorithm="RS256", headers={"kid": kid}),
        jwt.encode(claims, other, algorithm="RS256", headers={"kid": "unknown"}),
        jwt.encode(claims, other, algorithm="RS256"),
        jwt.encode(claims, "a secret that is long enough for it", algorithm="HS256", headers={"kid": kid}),
        jwt.encode(claims, None, algorithm="none", headers={"kid": kid}),
        f"{head}.{forged}.{signature}",
        good[:-3],
        "x",
        "",
    ]:
        assert await kiosk.hear("google", told, authorization=f"Bearer {token}") == 400, token
    assert await kiosk.hear("google", told, authorization=f"Basic {good}") == 400
    assert await kiosk.hear("google", told) == 400
    assert await kiosk.outcomes() == []
    assert await kiosk.hear("google", told, authorization=f"Bearer {good}") == 200


async def test_where_audience_or_account_are_not_set_no_push_is_ours(
    make_till: MakeTill, google: Settings, issuer: Issuer
) -> None:
    for name in ("google_push_audience", "google_push_email"):
        kiosk = await make_till(changed(google, **{name: ""}))
        told = purchased("evt-1", "coins_70", "token-1")
        assert await kiosk.hear("google", told, authorization=issuer.bearer(aud="", email="")) == 400


def _raw(data: Any) -> dict[str, Any]:
    return {"message": {"data": data, "messageId": "evt-1"}, "subscription": "s"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"message": {}},
        {"message": {"data": "e30="}},
        _raw("not base64"),
        _raw(base64.b64encode(b"{").decode()),
        _raw(base64.b64encode(b"[]").decode()),
        _raw(base64.b64encode(b"\xff").decode()),
        _raw(base64.b64encode(b'{"packageName": 1}').decode()),
        _raw(7),
    ],
    ids=str,
)
async def test_what_is_not_a_notification_of_this_app_is_refused_and_not_kept(
    kiosk: Till, issuer: Issuer, body: Any
) -> None:
    assert await kiosk.hear("google", body, authorization=issuer.bearer()) == 400
    assert await kiosk.outcomes() == []


async def test_a_notification_of_another_app_is_refused_and_not_kept(kiosk: Till, issuer: Issuer) -> None:
    told = push("evt-1", package="org.example.other")
    assert await kiosk.hear("google", told, authorization=issuer.bearer()) == 400
    assert await kiosk.outcomes() == []


async def test_wrong_types_broken_json_and_ten_megabytes_are_refused_and_not_kept(kiosk: Till, issuer: Issuer) -> None:
    headers = {"Authorization": issuer.bearer(), "Content-Type": "application/json"}
    post = kiosk.client.post
    answers = [
        await post("/v1/webhooks/google", content=b"{}", headers=headers | {"Content-Type": "text/plain"}),
        await post("/v1/webhooks/google", content=b"{", headers=headers),
        await post("/v1/webhooks/google", content=b" " * 10_000_000, headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [415, 400, 413]
    assert await kiosk.outcomes() == []


async def test_kinds_that_are_not_about_coins_are_kept(kiosk: Till, issuer: Issuer) -> None:
    bearer = issuer.bearer()
    for n, told in enumerate([
        push("evt-0", subscriptionNotification={"version": "1.0", "notificationType": 4, "purchaseToken": "t"}),
        voided("evt-1", "t", product_type=1),
        push("evt-2", somethingNew={"purchaseToken": "t"}),
        purchased("evt-3", "", "t"),
        purchased("evt-4", "coins_70", "a:b"),
    ]):  # fmt: skip
        assert await kiosk.hear("google", told, authorization=bearer) == 200, n
    assert await kiosk.outcomes() == ["unknown kind"] * 5


async def test_a_repeated_push_is_worked_on_once(kiosk: Till, play: GooglePlay, issuer: Issuer, cast: Any) -> None:
    told = purchased("evt-1", "coins_70", play.buy(cast.alice.id, "coins_70"))
    for _ in range(3):
        assert await kiosk.hear("google", told, authorization=issuer.bearer()) == 200
    assert play.asked == ["products.get"] * 2  # first whether it is ours, then whose it is


# Keys


class Keys:
    """Where public keys are had; it counts who asks, and can fail."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        self.asked = 0
        self.fails = False

    def answer(self, _: Asked) -> Answer:
        self.asked += 1
        if self.fails:
            return Answer(500)
        with urllib.request.urlopen(self.issuer.jwks) as found:
            return Answer(content=json.loads(found.read()))


async def test_keys_are_fetched_once_and_again_when_google_signs_with_another(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Keys(issuer)
    with listening(keys.answer) as url:
        tokens = PushTokens(url, AUDIENCE, EMAIL)
        await asyncio.gather(*(tokens.check(issuer.bearer()) for _ in range(20)))
        assert keys.asked == 1
        issuer.rotate("second")
        for _ in range(20):  # unknown names do not make us ask at every turn
            with pytest.raises(BadNotice):
                await tokens.check(issuer.bearer())
        assert keys.asked == 1
        monkeypatch.setattr("largesse.payments.providers.google_push._PAUSE_S", 0)
        await tokens.check(issuer.bearer())
        assert keys.asked == 2
        keys.fails = True
        monkeypatch.setattr("largesse.payments.providers.google_push._KEPT_S", 0)
        await tokens.check(issuer.bearer())  # what was fetched before still holds
        assert tokens._renewing is not None
        await tokens._renewing  # and is asked for again beside the answer
        assert keys.asked == 3
        monkeypatch.setattr("largesse.payments.providers.google_push._KEPT_S_MAX", 0)
        with pytest.raises(Away):  # but not for ever
            await tokens.check(issuer.bearer())
        keys.fails = False
        await tokens.check(issuer.bearer())
        await tokens.close()


async def test_old_keys_are_fetched_again_while_nobody_waits(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    keys, hang = Keys(issuer), threading.Event()

    def answer(asked: Asked) -> Answer:
        if keys.asked:
            hang.wait(20)
        return keys.answer(asked)

    with listening(answer) as url:
        tokens = PushTokens(url, AUDIENCE, EMAIL)
        await tokens.warm()
        monkeypatch.setattr("largesse.payments.providers.google_push._KEPT_S", -1)
        monkeypatch.setattr("largesse.payments.providers.google_push._PAUSE_S", -1)
        for _ in range(5):
            await asyncio.wait_for(tokens.check(issuer.bearer()), 4)
        hang.set()
        await tokens.close()


async def test_the_keys_are_there_before_the_first_push(make_till: MakeTill, google: Settings, issuer: Issuer) -> None:
    keys = Keys(issuer)
    with listening(keys.answer) as url:
        kiosk = await make_till(changed(google, google_push_jwks_url=url))
        await kiosk.payments.open()
        assert kiosk.payments._warming is not None
        await kiosk.payments._warming
        assert keys.asked == 1
        told = push("evt-1", testNotification={"version": "1.0"})
        assert await kiosk.hear("google", told, authorization=issuer.bearer()) == 200
        assert keys.asked == 1


async def test_without_keys_there_is_no_judgement(issuer: Issuer) -> None:
    keys = Keys(issuer)
    keys.fails = True
    with listening(keys.answer) as url:
        tokens = PushTokens(url, AUDIENCE, EMAIL)
        with pytest.raises(Away):
            await tokens.check(issuer.bearer())
        await tokens.close()


async def test_when_the_keys_cannot_be_had_the_push_comes_again(
    make_till: MakeTill, google: Settings, issuer: Issuer
) -> None:
    kiosk = await make_till(changed(google, google_push_jwks_url="http://127.0.0.1:9/jwks"))
    told = purchased("evt-1", "coins_70", "token-1")
    assert await kiosk.hear("google", told, authorization=issuer.bearer()) == 503
    assert await kiosk.outcomes() == []
