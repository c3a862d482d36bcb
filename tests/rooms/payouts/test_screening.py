"""A name is found on a list however it is written, and a list that cannot be read stops payouts."""

from pathlib import Path

import pytest

from largesse.payouts.screening import Screen, is_alike, read, words_of

LIST = """id,schema,name,aliases,birth_date,countries
NK-1,Person,Виктор Анатольевич Бут,Viktor Bout;Victor But,1967-01-13,ru
NK-2,Person,"de la Cruz, Maria",,1980,mx
NK-3,Person,Ali,,,
"""


def write(path: Path, content: str) -> None:
    path.write_text(content, "utf-8")


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "names.csv"
    write(path, LIST)
    return path


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        ("Viktor Bout", ["NK-1"]),
        ("BOUT, viktor", ["NK-1"]),
        ("Viktor Bout Petrov", ["NK-1"]),
        ("Victor Bout", ["NK-1"]),  # one letter, beside a word that is the same
        ("María de la Cruz", ["NK-2"]),
        ("María-Luísa de la Cruz", ["NK-2"]),
        ("Maria Cruz", ["NK-2"]),
        ("Ali", ["NK-3"]),
        ("Ali Hassan", []),  # one word of a name is nobody's
        ("Viktor", []),
        ("Bob Builder", []),
        ("", []),
        ("🎸", []),
    ],
)
def test_a_name_is_found_in_any_order_script_and_case(listed: Path, name: str, entries: list[str]) -> None:
    assert [one.entry for one in read(listed).matches(name)] == entries


def test_one_letter_is_forgiven_in_long_words_only() -> None:
    assert is_alike(words_of("Muhammad Saleh"), words_of("Mohammad Saleh"))
    assert is_alike(words_of("Muhamad Saleh"), words_of("Muhammad Saleh"))
    assert not is_alike(words_of("Muhammad Saleh"), words_of("Mohammed Saleh"))
    assert not is_alike(words_of("Anna Lee"), words_of("Anne Lee"))


async def test_a_list_is_read_again_where_it_changed(listed: Path) -> None:
    screen = Screen(listed)
    assert not screen.is_readable
    await screen.ready()
    assert (screen.is_readable, screen.matches("Bob Builder")) == (True, [])
    write(listed, LIST + "NK-4,Person,Bob Builder,,,\n")
    await screen.ready()
    assert [one.entry for one in screen.matches("Bob Builder")] == ["NK-4"]


@pytest.mark.parametrize(
    "content",
    [b"", b"name\n", b"surname\nBout\n", b"\xff\xfe\x00", b'name\n"Bout', b"id,name\n1,\n", b"name\n" + b"x" * 200_000],
    ids=["empty", "a header alone", "another column", "not UTF-8", "an open quote", "no names", "an endless cell"],
)
async def test_a_list_that_cannot_be_read_is_said_to_be_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes(content)
    screen = Screen(path)
    await screen.ready()
    assert not screen.is_readable
    path.unlink()
    await screen.ready()
    assert not screen.is_readable


async def test_without_a_list_nobody_is_looked_up() -> None:
    screen = Screen(None)
    await screen.ready()
    assert (screen.is_on, screen.is_readable, screen.matches("Viktor Bout")) == (False, True, [])
