"""Keys of persons: what is sealed opens as what it is, for whom it is, until they are erased."""

import asyncio

import psycopg
import pytest
from cryptography.exceptions import InvalidTag

from largesse.accounts import PERSONAL_FILE, PersonalKeys, WrongPersonalSecret
from largesse.kit.http import NotFound

PASSWORD = "a horse, a battery and a staple"


async def test_what_is_sealed_opens_for_its_person_and_purpose_alone(db, cast, tmp_path):
    keys = PersonalKeys(tmp_path)
    async with db.write() as tx:
        one = await keys.seal(tx, cast.alice.key, "iban", b"GB33 BUKB")
        two = await keys.seal(tx, cast.alice.key, "iban", b"GB33 BUKB")
        await keys.seal(tx, cast.bob.key, "iban", b"other")
    assert one != two
    assert b"GB33" not in one
    async with db.read() as tx:
        assert await keys.open(tx, cast.alice.key, "iban", one) == b"GB33 BUKB"
        for account, what, sealed in [
            (cast.bob.key, "iban", one),
            (cast.alice.key, "name", one),
            (cast.alice.key, "iban", one[:-1] + bytes([one[-1] ^ 1])),
        ]:
            with pytest.raises(InvalidTag):
                await keys.open(tx, account, what, sealed)


async def test_a_key_moved_to_somebody_else_opens_nothing(db, cast, tmp_path):
    keys = PersonalKeys(tmp_path)
    async with db.write() as tx:
        sealed = await keys.seal(tx, cast.alice.key, "iban", b"GB33 BUKB")
        await tx.execute("UPDATE accounts.personal_key SET account = %s", [cast.bob.key])
        with pytest.raises(InvalidTag):
            await keys.open(tx, cast.bob.key, "iban", sealed)


async def test_nothing_is_sealed_for_an_erased_person(db, cast, accounts, tmp_path):
    await accounts.me.erase(cast.alice.key, PASSWORD, forfeit=True)
    async with db.write() as tx:
        with pytest.raises(NotFound):
            await PersonalKeys(tmp_path).seal(tx, cast.alice.key, "iban", b"GB33 BUKB")


async def test_what_is_sealed_beside_an_erasure_goes_with_it(db, cast, accounts):
    """Whoever seals first is waited for: what they keep is forgotten too."""
    async with db.write() as tx:
        sealed = await accounts.personal.seal(tx, cast.alice.key, "totp", b"SECRET")
        erasing = asyncio.create_task(accounts.me.erase(cast.alice.key, PASSWORD, forfeit=True))
        await asyncio.wait([erasing], timeout=0.5)
        assert not erasing.done()
        await tx.execute(
            "INSERT INTO accounts.totp (account, secret, created_at) VALUES (%s, %s, now())", [cast.alice.key, sealed]
        )
    await erasing
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM accounts.totp") == 0
        assert await accounts.personal.open(tx, cast.alice.key, "totp", sealed) is None


async def test_who_is_erased_is_locked_before_their_sessions(db, cast, accounts):
    """As everybody else takes them, so that nobody waits for each other."""
    async with db.write() as tx:
        await tx.execute("UPDATE accounts.bearer SET seen_at = now() WHERE account = %s", [cast.alice.key])
        erasing = asyncio.create_task(accounts.me.erase(cast.alice.key, PASSWORD, forfeit=True))
        await asyncio.wait([erasing], timeout=1.5)
        assert not erasing.done()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            await tx.execute("SELECT FROM accounts.account WHERE key = %s FOR NO KEY UPDATE NOWAIT", [cast.alice.key])
    await erasing


async def test_the_secret_is_made_once_and_only_the_owner_reads_it(db, cast, tmp_path):
    async with db.write() as tx:
        sealed = await PersonalKeys(tmp_path / "made").seal(tx, cast.alice.key, "iban", b"GB33 BUKB")
        assert await PersonalKeys(tmp_path / "made").open(tx, cast.alice.key, "iban", sealed) == b"GB33 BUKB"
    assert (tmp_path / "made" / PERSONAL_FILE).stat().st_mode & 0o777 == 0o600


async def test_a_database_of_another_secret_is_refused(db, tmp_path):
    async with db.write() as tx:
        await PersonalKeys(tmp_path / "one").check(tx)
        await PersonalKeys(tmp_path / "one").check(tx)
        with pytest.raises(WrongPersonalSecret, match="first data directory"):
            await PersonalKeys(tmp_path / "two").check(tx)


async def test_a_broken_secret_is_never_replaced(db, tmp_path):
    (tmp_path / PERSONAL_FILE).write_text("half\n")
    async with db.write() as tx:
        with pytest.raises(WrongPersonalSecret, match="not as this program wrote it"):
            await PersonalKeys(tmp_path).check(tx)
    assert (tmp_path / PERSONAL_FILE).read_text() == "half\n"
