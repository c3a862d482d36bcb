"""A receipt proves itself: offline, against one published key, and no changed byte goes unnoticed."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookkeeping import Bookkeeper, Gift, receipt
from largesse.kit.clock import SystemClock
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.ledger import chain, checkpoints, keys, proofs, verify
from largesse.ledger.keys import Keys
from largesse.ledger.routes import routes
from largesse.ledger.service import LedgerService


@pytest.fixture
async def service(db: Database, database_url: str, secrets: Keys) -> Any:
    service = LedgerService(db, Settings(sandbox=True, database_url=database_url), SystemClock(), secrets)
    yield service
    await service.close()


async def prove(service: LedgerService, number: str) -> bytes:
    async with service.db.read() as tx:
        gift = await receipt(tx, number)
    return msgspec.json.encode(await service.prove(gift))


def published(secrets: Keys) -> bytes:
    return msgspec.json.encode(secrets.document())


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 33])
async def test_every_gift_of_a_batch_proves_itself(
    cast: Any, books: Bookkeeper, service: LedgerService, secrets: Keys, size: int
) -> None:
    await books.buy(cast.alice.key, 1000)
    await books.give([Gift(cast.alice.key, cast.bob.key)])
    numbers = await books.give([Gift(cast.alice.key, cast.bob.key, n + 1) for n in range(size)])
    await books.give([Gift(cast.alice.key, cast.bob.key)])
    for n, number in enumerate(numbers):
        verdict = verify.verify(await prove(service, number), published(secrets))
        assert verdict.ok, verdict.reason
        assert verdict.published
        assert verdict.gift is not None
        assert (verdict.gift.coins_paid, verdict.gift.diamonds_milli) == (n + 1, (n + 1) * 700)


async def test_a_proof_from_a_file_needs_the_file_and_the_keys_only(
    cast: Any, books: Bookkeeper, service: LedgerService, secrets: Keys, tmp_path: Path
) -> None:
    await books.buy(cast.alice.key, 10)
    (number,) = await books.give([Gift(cast.alice.key, cast.bob.key)])
    file, document = tmp_path / "proof.json", tmp_path / "keys.json"
    file.write_bytes(msgspec.json.format(await prove(service, number), indent=2))
    document.write_bytes(published(secrets))
    assert verify.verify_file(file, document).ok
    alone = verify.verify_file(file)
    assert (alone.ok, alone.published, alone.key_id) == (True, False, secrets.key_id)
    assert "cannot be read" in verify.verify_file(tmp_path / "none.json").reason


async def test_a_gift_is_proven_by_the_first_checkpoint_after_it(
    db: Database, cast: Any, books: Bookkeeper, service: LedgerService, secrets: Keys
) -> None:
    await books.buy(cast.alice.key, 100)
    (first,) = await books.give([Gift(cast.alice.key, cast.bob.key)])
    early = msgspec.json.decode(await prove(service, first), type=proofs.Proof)
    for _ in range(3):
        await books.give([Gift(cast.alice.key, cast.bob.key)])
    (last,) = await books.give([Gift(cast.alice.key, cast.bob.key)])
    await prove(service, last)
    again = msgspec.json.decode(await prove(service, first), type=proofs.Proof)
    assert again == early
    assert again.links == []


async def test_a_proof_shows_when_its_batch_was_recorded(
    db: Database, cast: Any, books: Bookkeeper, service: LedgerService, secrets: Keys
) -> None:
    await books.buy(cast.alice.key, 100)
    (number,) = await books.give([Gift(cast.alice.key, cast.bob.key)])
    async with db.read() as tx:
        gift = await receipt(tx, number)
    proof = msgspec.json.decode(await prove(service, number), type=proofs.Proof)
    assert verify.verify(msgspec.json.encode(proof), published(secrets)).recorded_at == gift.recorded_at
    for at in (gift.recorded_at + timedelta(microseconds=1), gift.recorded_at.replace(tzinfo=None)):
        forged = msgspec.structs.replace(proof, recorded_at=at)
        assert not verify.verify(msgspec.json.encode(forged), published(secrets)).ok


@settings(deadline=None)
@given(at=st.datetimes(timezones=st.just(UTC)))
def test_a_time_is_hashed_to_the_microsecond(at: datetime) -> None:
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=chain.micros(at)) == at


def test_a_page_and_the_service_agree_on_a_kept_proof() -> None:
    kept = msgspec.json.decode((Path(__file__).parents[3] / "web/src/wallet/fixtures/proof.json").read_bytes())
    verdict = verify.verify(msgspec.json.encode(kept["proof"]), msgspec.json.encode(kept["keys"]))
    assert (verdict.ok, verdict.published) == (True, True), verdict.reason


async def test_many_who_ask_at_once_share_one_signature(
    db: Database, cast: Any, books: Bookkeeper, service: LedgerService
) -> None:
    await books.buy(cast.alice.key, 100)
    numbers = await books.give([Gift(cast.alice.key, cast.bob.key) for _ in range(20)])
    await asyncio.gather(*(prove(service, number) for number in numbers))
    assert len(await service.list_checkpoints(None, 10)) == 1


async def test_fresh_proofs_sign_at_most_once_a_second(
    db: Database, cast: Any, books: Bookkeeper, service: LedgerService
) -> None:
    await books.buy(cast.alice.key, 100)
    for _ in range(3):
        (number,) = await books.give([Gift(cast.alice.key, cast.bob.key)])
        await prove(service, number)
    newest, middle, oldest = await service.list_checkpoints(None, 10)
    assert newest.at - middle.at >= timedelta(seconds=0.99)
    assert middle.at - oldest.at >= timedelta(seconds=0.99)


@pytest.fixture
async def two_proofs(
    db: Database, cast: Any, books: Bookkeeper, service: LedgerService
) -> tuple[proofs.Proof, proofs.Proof]:
    """Two gifts of two batches under one checkpoint; the first with a path and links."""
    await books.buy(cast.alice.key, 1000)
    numbers = await books.give([Gift(cast.alice.key, cast.bob.key, n + 1) for n in range(6)])
    await books.give([Gift(cast.alice.key, cast.bob.key)])
    (other,) = await books.give([Gift(cast.alice.key, cast.bob.key, 50)])
    first = msgspec.json.decode(await prove(service, numbers[2]), type=proofs.Proof)
    assert first.path
    assert first.links
    return first, msgspec.json.decode(await prove(service, other), type=proofs.Proof)


async def test_no_changed_byte_goes_unnoticed(two_proofs: Any, secrets: Keys) -> None:
    proof, document = msgspec.json.encode(two_proofs[0]), published(secrets)
    assert verify.verify(proof, document).ok
    bits = random.Random(7)
    for i, byte in enumerate(proof):
        for changed in {byte ^ 1 << bits.randrange(8), byte ^ 0x20, byte ^ 1, bits.randrange(256)} - {byte}:
            assert not verify.verify(proof[:i] + bytes([changed]) + proof[i + 1 :], document).ok, (i, byte, changed)


async def test_no_byte_is_missing_or_too_many(two_proofs: Any, secrets: Keys) -> None:
    proof, document = msgspec.json.encode(two_proofs[0]), published(secrets)
    for i in range(len(proof)):
        assert not verify.verify(proof[:i] + proof[i + 1 :], document).ok, i
        assert not verify.verify(proof[:i] + b"0" + proof[i:], document).ok or proof[i : i + 1] == b"0", i


async def test_white_space_between_tokens_is_no_change(two_proofs: Any, secrets: Keys) -> None:
    proof = msgspec.json.format(msgspec.json.encode(two_proofs[0]), indent=4).replace(b"\n", b"\r\n")
    assert verify.verify(proof, published(secrets)).ok


async def test_a_leaf_of_another_batch_is_refused(two_proofs: Any, secrets: Keys) -> None:
    first, other = two_proofs
    mixed = [
        msgspec.structs.replace(first, gift=other.gift, receipt=other.receipt),
        msgspec.structs.replace(first, gift=other.gift, receipt=other.receipt, salt=other.salt),
        msgspec.structs.replace(other, gift=first.gift, receipt=first.receipt, salt=first.salt, path=first.path),
        msgspec.structs.replace(first, n=other.n, previous=other.previous, links=other.links),
        msgspec.structs.replace(first, links=first.links[:-1]),
        msgspec.structs.replace(first, links=[*first.links, first.previous]),
    ]
    for proof in mixed:
        assert not verify.verify(msgspec.json.encode(proof), published(secrets)).ok


async def test_a_checkpoint_of_another_key_is_refused(two_proofs: Any, secrets: Keys, tmp_path: Path) -> None:
    proof, other = two_proofs[0], keys.load_keys(tmp_path / "forger")
    forged = msgspec.structs.replace(
        proof,
        signature=other.sign(proof.checkpoint.encode()).hex(),
        key_id=other.key_id,
        public_key=other.public_key.hex(),
    )
    verdict = verify.verify(msgspec.json.encode(forged), published(secrets))
    assert (verdict.ok, verdict.reason) == (
        False,
        "the checkpoint is signed by a key that is not among the published ones",
    )
    named_as_ours = msgspec.structs.replace(forged, key_id=secrets.key_id, public_key=secrets.public_key.hex())
    assert not verify.verify(msgspec.json.encode(named_as_ours), published(secrets)).ok
    assert not verify.verify(msgspec.json.encode(named_as_ours)).ok


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_what_is_no_proof_is_refused_and_never_crashes(content: bytes) -> None:
    assert not verify.verify(content).ok
    assert not verify.verify(b'{"format":"largesse-proof-1","receipt":' + content).ok


async def test_numbers_that_fit_no_column_are_refused(two_proofs: Any, secrets: Keys) -> None:
    proof = two_proofs[0]
    for changes in ({"coins_paid": 2**31}, {"count": 2**70}, {"leaf": -(2**15) - 1}, {"batch": 2**63}):
        gift = msgspec.structs.replace(proof.gift, **changes)
        number = f"{gift.batch}.{gift.leaf}"
        try:
            content = msgspec.json.encode(msgspec.structs.replace(proof, gift=gift, receipt=number))
        except OverflowError:
            content = msgspec.json.encode(proof).replace(b'"count":1,', b'"count":1180591620717411303424,')
        assert not verify.verify(content, published(secrets)).ok


def root_by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return chain.node_hash(root_by_definition(leaves[:k]), root_by_definition(leaves[k:]))


@pytest.mark.parametrize("size", [*range(1, 35), 999, 1000])
def test_trees_and_paths_are_those_of_rfc_6962(size: int) -> None:
    leaves = [bytes([n % 251, n // 251]) * 16 for n in range(size)]
    root = chain.merkle_root(leaves)
    assert root == root_by_definition(leaves)
    for index in {0, size // 3, size // 2, size - 1}:
        path = chain.merkle_path(leaves, index)
        assert chain.root_of_path(leaves[index], index, size, path) == root
        assert chain.root_of_path(leaves[index], index, size, [*path, root]) is None
        assert not path or chain.root_of_path(leaves[index], index, size, path[:-1]) is None


async def test_checkpoints_name_the_one_before_and_are_signed(
    db: Database, cast: Any, books: Bookkeeper, secrets: Keys
) -> None:
    await books.buy(cast.alice.key, 100)
    for _ in range(3):
        await books.give([Gift(cast.alice.key, cast.bob.key)])
        async with db.write() as tx:
            await checkpoints.sign_next(tx, secrets, "http://127.0.0.1:8700")
    async with db.read() as tx:
        third, second, first = await checkpoints.list_checkpoints(tx, 100, 10)
    assert [first.n, second.n, third.n] == [1, 2, 3]
    assert verify.follows(second.body, first.body)
    assert verify.follows(third.body, second.body)
    assert not verify.follows(third.body, first.body)
    assert all(verify.signature_holds(secrets.public_key, c.body, c.signature) for c in (first, second, third))
    assert checkpoints.decode(third.body.replace(b"stripe 0", b"stripe  0")) is None


async def test_a_quiet_minute_signs_nothing_new(db: Database, secrets: Keys) -> None:
    async with db.write() as tx:
        first = await checkpoints.sign_next(tx, secrets, "http://x")
    async with db.write() as tx:
        assert await checkpoints.sign_next(tx, secrets, "http://x") == first


async def test_two_processes_at_once_sign_one_line_of_checkpoints(
    db: Database, cast: Any, books: Bookkeeper, secrets: Keys
) -> None:
    await books.buy(cast.alice.key, 100)

    async def sign(n: int) -> None:
        await books.give([Gift(cast.alice.key, cast.bob.key, stage=n)])
        async with db.write() as tx:
            await checkpoints.sign_next(tx, secrets, "http://x")

    await asyncio.gather(*(sign(n) for n in range(4)))
    async with db.read() as tx:
        found = await checkpoints.list_checkpoints(tx, 100, 10)
    for newer, older in pairwise(found):
        assert verify.follows(newer.body, older.body)
        assert newer.at > older.at


async def test_the_service_signs_in_the_background(
    db: Database, database_url: str, cast: Any, books: Bookkeeper, secrets: Keys
) -> None:
    service = LedgerService(
        db, Settings(sandbox=True, database_url=database_url, checkpoint_seconds=1), SystemClock(), secrets
    )
    await service.open()
    try:
        await books.buy(cast.alice.key, 100)
        await books.give([Gift(cast.alice.key, cast.bob.key)])
        for _ in range(60):
            found = await service.list_checkpoints(None, 1)
            if found and b"\nstripe 0 1 " in found[0].body:
                return
            await asyncio.sleep(0.1)
    finally:
        await service.close()
    pytest.fail("no checkpoint covered the gift within six seconds")


def test_secrets_are_private_and_stay_the_same(tmp_path: Path) -> None:
    first = keys.load_keys(tmp_path)
    again = keys.load_keys(tmp_path)
    assert (again.salt_secret, again.seeds) == (first.salt_secret, first.seeds)
    for name in (keys.SALT_FILE, keys.SIGNING_FILE):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == [keys.SALT_FILE, keys.SIGNING_FILE]


def test_a_new_signing_key_leaves_the_old_one_published(tmp_path: Path) -> None:
    old = keys.load_keys(tmp_path)
    with (tmp_path / keys.SIGNING_FILE).open("a") as file:
        file.write("17" * 32 + "\n")
    new = keys.load_keys(tmp_path)
    assert [k.key_id for k in new.document().keys] == [old.key_id, new.key_id]
    assert new.key_id != old.key_id
    assert new.seal() == old.seal()


def test_a_damaged_secret_stops_the_program(tmp_path: Path) -> None:
    keys.load_keys(tmp_path)
    (tmp_path / keys.SALT_FILE).write_text("half\n")
    with pytest.raises(keys.WrongKeys, match="ledger-salt-secret"):
        keys.load_keys(tmp_path)


async def test_books_refuse_the_secrets_of_other_books(
    db: Database, database_url: str, secrets: Keys, tmp_path: Path
) -> None:
    settings = Settings(sandbox=True, database_url=database_url)
    for _ in range(2):
        service = LedgerService(db, settings, SystemClock(), secrets)
        await service.open()
        await service.close()
    with pytest.raises(keys.WrongKeys, match="other secrets"):
        await LedgerService(db, settings, SystemClock(), keys.load_keys(tmp_path / "other")).open()


async def test_anybody_reads_checkpoints_and_keys(
    app_client: Any, cast: Any, books: Bookkeeper, service: LedgerService, secrets: Keys
) -> None:
    await books.buy(cast.alice.key, 100)
    for _ in range(3):
        await books.give([Gift(cast.alice.key, cast.bob.key)])
        async with books.db.write() as tx:
            await checkpoints.sign_next(tx, secrets, "http://x")
    client = await app_client(routes, ledger=service)
    page = (await client.get("/v1/checkpoints", params={"limit": 2})).json()
    assert [item["number"] for item in page["items"]] == [3, 2]
    rest = (await client.get("/v1/checkpoints", params={"limit": 2, "cursor": page["next_cursor"]})).json()
    assert [item["number"] for item in rest["items"]] == [1]
    assert rest["next_cursor"] is None
    (key,) = (await client.get("/.well-known/largesse-keys.json")).json()["keys"]
    item = rest["items"][0]
    assert verify.signature_holds(
        bytes.fromhex(key["public_key"]), item["body"].encode(), bytes.fromhex(item["signature"])
    )
    assert (await client.get("/v1/checkpoints", params={"cursor": "x"})).json()["code"] == "invalid"
