import asyncio

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from largesse.kit import trail
from largesse.kit.db import Database
from largesse.kit.trail import TrailCheck


async def test_deeds_of_many_people_at_once_form_one_unbroken_chain(db: Database) -> None:
    async def deed(n: int) -> None:
        async with db.write() as tx:
            await trail.write(
                tx, n, "gift.retired", f"gift:{n}", {"n": n, "name": "Rosé 🌹", "was": None, "list": [1, True]}
            )

    await asyncio.gather(*(deed(n) for n in range(20)))
    async with db.read() as tx:
        assert await trail.verify(tx) == TrailCheck(20, None)
        n, chain = await trail.head(tx)
    assert n == 20
    assert len(chain) == 32


async def test_an_empty_trail_holds(db: Database) -> None:
    async with db.read() as tx:
        assert await trail.verify(tx) == TrailCheck(0, None)
        assert await trail.head(tx) == (0, trail.ORIGIN)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE kit.trail SET body = '{\"coins\": 6}' WHERE n = 2",
        "UPDATE kit.trail SET actor = 9 WHERE n = 2",
        "UPDATE kit.trail SET at = at + interval '1 microsecond' WHERE n = 2",
        "DELETE FROM kit.trail WHERE n = 2",
        "UPDATE kit.trail SET chain = decode(repeat('00', 32), 'hex') WHERE n = 2",
    ],
)
async def test_a_rewritten_deed_is_noticed_where_it_was_rewritten(db: Database, tampering: str) -> None:
    async with db.write() as tx:
        for coins in (4, 5, 7):
            await trail.write(tx, 1, "gift.priced", "gift:rose", {"coins": coins})
    async with db.write() as tx:
        await tx.execute("ALTER TABLE kit.trail DISABLE TRIGGER trail_for_ever")
        await tx.execute(tampering)  # type: ignore[arg-type]
    async with db.read() as tx:
        check = await trail.verify(tx)
    assert check.broken_at == (3 if tampering.startswith("DELETE") else 2)


async def test_the_database_refuses_to_change_the_trail(db: Database) -> None:
    async with db.write() as tx:
        await trail.write(tx, 1, "gift.priced", "gift:rose", {"coins": 4})
    with pytest.raises(psycopg.Error, match="for ever"):
        async with db.write() as tx:
            await tx.execute("UPDATE kit.trail SET actor = 2")


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=8), _PLAIN, max_size=4))
def test_every_plain_body_is_accepted(body: dict[str, object]) -> None:
    assert trail._is_plain(body)


@pytest.mark.parametrize("value", [0.5, b"x", {1: 2}, [0.1], {"a": {"b": 1.0}}])
def test_what_has_no_one_text_is_refused(value: object) -> None:
    assert not trail._is_plain(value)
