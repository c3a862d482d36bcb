"""Claims of the App Store's purchases, signed by a chain like Apple's and judged by Apple's own library."""

import asyncio
import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from appstoreserverlibrary.models.Environment import Environment
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from largesse.kit import ids
from largesse.kit.config import BadSettings, Settings
from largesse.payments.providers import apple as apple_file
from largesse.payments.providers import apple_setup
from largesse.payments.providers.apple import Apple
from peers import apple_signing
from peers.app_store import AppStore, refusal
from peers.apple_signing import Chain, make_chain, milli
from peers.conftest import MakeTill
from peers.loopback import Answer
from peers.till import Till, changed
from regional import hold
from running import free_port


def trust(apple: Settings, store: AppStore, chain: Chain) -> None:
    """Let the store sign by another chain, whose root is the only one that is trusted."""
    Path(apple.apple_root_certificates).write_bytes(chain.root.pem)
    store.chain = chain


async def test_what_an_app_bought_is_granted_with_price_fee_and_receipt(
    counter: Till, store: AppStore, cast: Any
) -> None:
    answer = await counter.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_70", price=990, currency="USD"))
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["status"], body["coins"], body["price"]) == ("granted", 70, {"minor": 99, "currency": "USD"})
    assert (body["provider"], body["channel"], body["granted_class"]) == ("apple", "apple", "paid")
    assert body["receipt"]["total"]["minor"] == 99
    assert await counter.coins(cast.alice) == (70, 0)
    assert store.asked == ["GET /inApps/v1/transactions/2000000123"]
    (row,) = await counter.rows("SELECT provider_ref, paid_minor, fee_minor, live FROM payments.purchase")
    assert row == {"provider_ref": "2000000123", "paid_minor": 99, "fee_minor": 30, "live": True}


async def test_the_same_transaction_again_is_the_same_purchase(counter: Till, store: AppStore, cast: Any) -> None:
    signed = store.buy(cast.alice.id, "coins_70")
    first, again = await counter.claim_apple(cast.alice, signed), await counter.claim_apple(cast.alice, signed)
    both = await asyncio.gather(*(counter.claim_apple(cast.alice, signed) for _ in range(4)))
    assert {answer.json()["id"] for answer in (first, again, *both)} == {first.json()["id"]}
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert await counter.coins(cast.alice) == (70, 0)


async def test_somebody_elses_transaction_is_refused(counter: Till, store: AppStore, cast: Any) -> None:
    signed = store.buy(cast.alice.id, "coins_70")
    answer = await counter.claim_apple(cast.charlie, signed)
    assert (answer.status_code, answer.json()["code"]) == (409, "receipt-taken")
    assert await counter.is_untouched()
    assert (await counter.claim_apple(cast.alice, signed)).status_code == 201
    assert (await counter.claim_apple(cast.charlie, signed)).status_code == 409
    nobody = await counter.claim_apple(cast.charlie, store.buy("", "coins_70", "2000000124", appAccountToken=None))
    assert (nobody.status_code, nobody.json()["code"]) == (409, "receipt-taken")
    assert await counter.coins(cast.charlie) == (0, 0)


@pytest.mark.parametrize("price", [(160_000, "JPY", 160), (1_250, "KWD", 1250), (12_990, "EUR", 1299)], ids=str)
async def test_the_price_is_the_transactions_own_in_its_currency(
    counter: Till, store: AppStore, cast: Any, price: tuple[int, str, int]
) -> None:
    milli_units, currency, minor = price
    signed = store.buy(cast.alice.id, "coins_360", price=milli_units, currency=currency)
    body = (await counter.claim_apple(cast.alice, signed)).json()
    assert (body["status"], body["price"]) == ("granted", {"minor": minor, "currency": currency})


async def test_a_quantity_is_granted_so_many_times(counter: Till, store: AppStore, cast: Any) -> None:
    signed = store.buy(cast.alice.id, "coins_70", quantity=3, price=2970)
    body = (await counter.claim_apple(cast.alice, signed)).json()
    assert (body["coins"], body["price"]["minor"]) == (210, 297)
    assert await counter.coins(cast.alice) == (210, 0)


async def test_where_coins_are_not_sold_what_was_paid_in_the_store_is_granted_and_flagged(
    counter: Till, store: AppStore, cast: Any
) -> None:
    await hold(counter.db, "US", providers=["stripe", "google"], tax="added", withdraw_days=14)
    body = (await counter.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_70"))).json()
    assert (body["status"], body["tax_included"], body["withdrawable_until"]) == ("granted", True, None)
    assert await counter.coins(cast.alice) == (70, 0)
    assert await counter.rows("SELECT flags, country FROM payments.purchase") == [
        {"flags": ["not-in-region"], "country": "US"}]  # fmt: skip
    path = f"/v1/purchases/{body['id']}/withdraw"
    answer = await counter.client.post(path, headers=cast.alice.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "ask-the-store")


async def test_without_a_price_in_it_the_price_book_says_it(counter: Till, store: AppStore, cast: Any) -> None:
    signed = store.buy(cast.alice.id, "coins_70", price=None, currency=None)
    body = (await counter.claim_apple(cast.alice, signed)).json()
    assert (body["status"], body["price"]) == ("granted", {"minor": 99, "currency": "USD"})


@pytest.mark.parametrize(
    "fields",
    [
        {"bundleId": "org.example.other"},
        {"rawEnvironment": "Sandbox"},
        {"rawEnvironment": "Xcode"},
        {"rawEnvironment": "LocalTesting"},
        {"rawEnvironment": None},
        {"rawType": "Auto-Renewable Subscription"},
        {"rawInAppOwnershipType": "FAMILY_SHARED"},
        {"productId": "coins_of_nobody"},
        {"transactionId": None},
        {"transactionId": "../2000000123"},
    ],
    ids=lambda fields: "-".join(f"{k}={v}" for k, v in fields.items()),
)
async def test_what_is_signed_for_something_else_is_refused(
    counter: Till, store: AppStore, cast: Any, fields: dict[str, Any]
) -> None:
    answer = await counter.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_70", **fields))
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-receipt"), answer.text
    assert await counter.is_untouched()


def _tampered(signed: str) -> str:
    head, payload, signature = signed.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["productId"] = "coins_20500"
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{forged}.{signature}"


def _forgeries(store: AppStore, signed: str) -> dict[str, str]:
    chain, payload = store.chain, store.transactions["2000000123"]
    whole = apple_signing.plain(apple_signing.JWSTransactionDecodedPayload(**payload))
    long_ago = datetime.now(UTC) - timedelta(days=400)
    expired = make_chain(leaf_until=long_ago)
    of_root = Chain(chain.root, make_chain().intermediate, make_chain().leaf)
    return {
        "tampered": _tampered(signed),
        "cut": signed[:-4],
        "nothing": "eyJhbGciOiJub25lIn0.e30.",
        "not a JWS": "x" * 100,
        "no chain": chain.sign(whole, x5c=[]),
        "a short chain": chain.sign(whole, x5c=[chain.leaf, chain.root]),
        "another root": make_chain().sign(whole),
        "another root named as ours": make_chain().sign(whole, x5c=[chain.leaf, chain.intermediate, chain.root]),
        "our root over another's leaf": of_root.sign(whole),
        "no marks": Chain(chain.root, *_unmarked(chain)).sign(whole),
        "expired": Chain(expired.root, expired.intermediate, expired.leaf).sign(whole),
    }


def _unmarked(chain: Chain) -> tuple[Any, Any]:
    intermediate = apple_signing._issue("Plain", chain.root, ca=True)
    return intermediate, apple_signing._issue("Plain leaf", intermediate, ca=False)


async def test_forgeries_are_refused_and_leave_no_row(counter: Till, store: AppStore, cast: Any) -> None:
    signed = store.buy(cast.alice.id, "coins_70")
    for name, forged in _forgeries(store, signed).items():
        answer = await counter.claim_apple(cast.alice, forged)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad-receipt"), name
        heard = await counter.hear("apple", {"signedPayload": forged})
        assert heard == 400, name
    assert await counter.is_untouched()
    assert await counter.outcomes() == []
    assert (await counter.claim_apple(cast.alice, signed)).status_code == 201


async def test_a_certificate_that_expired_before_it_signed_is_refused_and_one_that_expired_since_is_not(
    make_till: MakeTill, apple: Settings, store: AppStore, cast: Any
) -> None:
    until = datetime.now(UTC) - timedelta(days=30)
    chain = make_chain(leaf_until=until)
    trust(apple, store, chain)
    counter = await make_till(changed(apple, apple_key_id="", apple_issuer_id="", apple_key_file=""))
    late = store.buy(cast.alice.id, "coins_70", signedDate=milli(until + timedelta(days=1)))
    assert (await counter.claim_apple(cast.alice, late)).status_code == 422
    assert await counter.is_untouched()
    in_time = store.buy(cast.alice.id, "coins_70", signedDate=milli(until - timedelta(days=1)))
    assert (await counter.claim_apple(cast.alice, in_time)).status_code == 201


# Reading again


async def test_what_the_api_says_counts_not_what_the_app_sent(counter: Till, store: AppStore, cast: Any) -> None:
    old = store.buy(cast.alice.id, "coins_20500", price=249_990)
    store.transactions["2000000123"] |= {"productId": "coins_70", "price": 990}
    assert (await counter.claim_apple(cast.alice, old)).json()["coins"] == 70


async def test_a_purchase_that_was_refunded_before_its_claim_is_refused(
    counter: Till, store: AppStore, cast: Any
) -> None:
    signed = store.buy(cast.alice.id, "coins_70")
    store.refund("2000000123")
    answer = await counter.claim_apple(cast.alice, signed)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-receipt")
    assert await counter.is_untouched()


@pytest.mark.parametrize(
    "fault",
    [
        Answer(500),
        Answer(503, b"not json", {"Content-Type": "application/json"}),
        refusal(429, 4290000, "Rate limit exceeded."),
        refusal(404, 4040002, "Account not found. Please try again."),
        refusal(401, 4010000, "Unauthenticated"),
        Answer(200, {"signedTransactionInfo": "x.y.z"}),
        Answer(200, b"not json"),
        Answer(200, {}),
    ],
    ids=lambda a: f"{a.status}-{str(a.content)[:20]}",
)
async def test_when_apple_does_not_answer_the_claim_can_be_sent_again(
    counter: Till, store: AppStore, cast: Any, fault: Answer
) -> None:
    signed = store.buy(cast.alice.id, "coins_70")
    store.next = [fault]
    answer = await counter.claim_apple(cast.alice, signed)
    assert (answer.status_code, answer.json()["code"]) == (503, "provider-away"), answer.text
    assert await counter.is_untouched()
    assert (await counter.claim_apple(cast.alice, signed)).json()["status"] == "granted"


async def test_a_transaction_that_apple_does_not_know_is_refused(counter: Till, store: AppStore, cast: Any) -> None:
    signed = store.buy(cast.alice.id, "coins_70")
    store.transactions.clear()
    assert (await counter.claim_apple(cast.alice, signed)).status_code == 422
    assert await counter.is_untouched()


# Certificates that are asked about


async def test_a_revoked_certificate_is_refused_and_a_silent_responder_is_no_answer(
    make_till: MakeTill, apple: Settings, store: AppStore, cast: Any
) -> None:
    with apple_signing.responding() as chain:
        trust(apple, store, chain)
        online = changed(apple, apple_online_checks=True)
        counter, later = await make_till(online), await make_till(online)
        signed = store.buy(cast.alice.id, "coins_70")
        assert (await counter.claim_apple(cast.alice, signed)).status_code == 201
        assert set(chain.asked) == {chain.leaf.certificate.serial_number, chain.intermediate.certificate.serial_number}
        chain.revoked.add(chain.leaf.certificate.serial_number)
        second = store.buy(cast.alice.id, "coins_70", "2000000124")
        assert (await later.claim_apple(cast.alice, second)).json()["code"] == "bad-receipt"
    silent = await make_till(online)
    assert (await silent.claim_apple(cast.alice, second)).json()["code"] == "provider-away"
    assert await silent.coins(cast.alice) == (70, 0)


# Environments and test money


async def test_apples_test_money_gives_listed_accounts_promotional_coins_and_nobody_else(
    make_till: MakeTill, apple: Settings, store: AppStore, cast: Any
) -> None:
    counter = await make_till(changed(apple, apple_environments="Production,Sandbox", test_accounts="alice"))
    signed = store.buy(cast.alice.id, "coins_70", rawEnvironment="Sandbox")
    assert (await counter.claim_apple(cast.alice, signed)).json()["granted_class"] == "promo"
    assert await counter.coins(cast.alice) == (0, 70)
    signed = store.buy(cast.charlie.id, "coins_70", "2000000124", rawEnvironment="Sandbox")
    assert (await counter.claim_apple(cast.charlie, signed)).json()["status"] == "mismatch"
    assert await counter.coins(cast.charlie) == (0, 0)
    refs = await counter.rows("SELECT provider_ref, flags FROM payments.purchase ORDER BY provider_ref")
    assert [row["provider_ref"] for row in refs] == ["sandbox-2000000123", "sandbox-2000000124"]
    assert refs[1]["flags"] == ["mismatch:test-money"]


async def test_a_sandbox_grants_test_money_like_any_purchase(
    make_till: MakeTill, apple: Settings, store: AppStore, cast: Any
) -> None:
    counter = await make_till(changed(apple, sandbox=True, apple_environments="Sandbox"))
    signed = store.buy(cast.alice.id, "coins_70", rawEnvironment="Sandbox")
    assert (await counter.claim_apple(cast.alice, signed)).json()["granted_class"] == "paid"
    signed = store.buy(cast.alice.id, "coins_70", "2000000124")
    assert (await counter.claim_apple(cast.alice, signed)).status_code == 422


async def test_what_an_offer_code_gave_for_nothing_is_not_money(counter: Till, store: AppStore, cast: Any) -> None:
    signed = store.buy(cast.alice.id, "coins_70", price=0)
    assert (await counter.claim_apple(cast.alice, signed)).json()["status"] == "mismatch"
    assert await counter.coins(cast.alice) == (0, 0)


def test_without_a_word_apples_money_is_taken_in_earnest_and_its_test_money_in_a_sandbox(apple: Settings) -> None:
    unset = changed(apple, apple_environments="")
    assert apple_setup.read(unset).environments == [Environment.PRODUCTION]
    assert apple_setup.read(changed(unset, sandbox=True, apple_app_id=0)).environments == [Environment.SANDBOX]


@pytest.mark.parametrize("names", ["Production", "Production,Sandbox", "Sandbox, Production"])
def test_a_sandbox_does_not_start_for_apples_live_money(apple: Settings, names: str) -> None:
    with pytest.raises(BadSettings, match="a sandbox refuses live money"):
        Apple(changed(apple, sandbox=True, apple_environments=names))


@pytest.mark.parametrize("names", ["Xcode", "LocalTesting", "Production,Xcode", "Sandbox, LocalTesting", "sandbox"])
def test_an_environment_whose_signatures_nobody_checks_ends_the_program(apple: Settings, names: str) -> None:
    with pytest.raises(BadSettings, match="LARGESSE_APPLE_ENVIRONMENTS"):
        Apple(changed(apple, apple_environments=names))


def test_the_program_does_not_start_in_an_environment_whose_signatures_nobody_checks(
    apple: Settings, tmp_path: Path
) -> None:
    settings = changed(apple, apple_environments="Production,Xcode", data_dir=str(tmp_path), http_port=free_port())
    environ = {k: v for k, v in os.environ.items() if not k.startswith("LARGESSE_")} | {
        f"LARGESSE_{name.upper()}": str(int(value) if isinstance(value, bool) else value)
        for name, value in msgspec.to_builtins(settings).items()
    }
    ended = subprocess.run(
        [sys.executable, "-m", "largesse.main", "serve"], env=environ, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert ended.returncode not in {0, None}
    assert "LARGESSE_APPLE_ENVIRONMENTS is Production or Sandbox" in ended.stderr


def test_no_verifier_is_ever_made_for_an_environment_without_signatures(
    apple: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Environment] = []
    verifier = apple_file.SignedDataVerifier

    class Watched(verifier):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any) -> None:
            made.append(args[2])
            super().__init__(*args)

    monkeypatch.setattr(apple_file, "SignedDataVerifier", Watched)
    for names in [each.value for each in Environment] + ["Production,Sandbox", "Sandbox,Xcode", "LocalTesting"]:
        try:
            Apple(changed(apple, apple_environments=names))
        except BadSettings:
            continue
    assert set(made) == {Environment.PRODUCTION, Environment.SANDBOX}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"apple_app_id": 0}, "APPLE_APP_ID"),
        ({"apple_key_id": ""}, "APPLE_KEY_ID"),
        ({"apple_key_file": "/nowhere/AuthKey.p8"}, "APPLE_KEY_FILE"),
        ({"apple_key_file": __file__}, "APPLE_KEY_FILE"),
        ({"apple_root_certificates": "/nowhere/root.cer"}, "APPLE_ROOT_CERTIFICATES"),
        ({"apple_root_certificates": __file__}, "APPLE_ROOT_CERTIFICATES"),
    ],
)
def test_a_setting_that_cannot_be_used_ends_the_program_and_is_named(
    apple: Settings, values: dict[str, Any], named: str
) -> None:
    with pytest.raises(BadSettings, match=named):
        Apple(changed(apple, **values))


def test_roots_may_be_der_or_several_in_one_file(apple: Settings, chain: Chain, tmp_path: Path) -> None:
    der, both = tmp_path / "root.cer", tmp_path / "both.pem"
    der.write_bytes(chain.root.der)
    both.write_bytes(chain.root.pem + make_chain().root.pem)
    assert apple_setup.read(changed(apple, apple_root_certificates=str(der))).roots == [chain.root.der]
    assert len(apple_setup.read(changed(apple, apple_root_certificates=f"{der}, {both}")).roots) == 3


def test_the_root_that_ships_is_apples(apple: Settings) -> None:
    (der,) = apple_setup.read(changed(apple, apple_root_certificates="")).roots
    root = x509.load_der_x509_certificate(der)
    assert root.subject.rfc4514_string().endswith("CN=Apple Root CA - G3")
    assert root.fingerprint(hashes.SHA256()).hex() == "63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179"


async def test_where_apple_is_not_set_up_nothing_of_it_exists(
    make_till: MakeTill, settings: Settings, store: AppStore, cast: Any
) -> None:
    counter = await make_till(settings)
    answer = await counter.claim_apple(cast.alice, store.buy(cast.alice.id, "coins_70"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not-configured")
    assert await counter.hear("apple", store.notice("REFUND", "2000000123", str(ids.new()))) == 404
