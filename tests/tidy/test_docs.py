"""Documents tell the truth: their commands, files and settings exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from largesse.kit import config
from largesse.main import cli
from tree import ROOT, files, name_of, text

SPAN = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
CITED = re.compile(r"\bdocs/[\w/.-]+\.md\b")
SETTING = re.compile(r"\bLARGESSE_[A-Z_]+\b")
FOR_TESTS = {"LARGESSE_TEST_DATABASE_URL", "LARGESSE_TEST_NATS_URL", "LARGESSE_CONFIG"}


def documents() -> list[Path]:
    return [p for p in files() if p.suffix == ".md" and not name_of(p).startswith(("web/", "tests/"))]


def code(document: str) -> Iterator[str]:
    """The words of a document that a reader would type."""
    for block in FENCE.findall(document):
        yield from block.splitlines()
    yield from SPAN.findall(FENCE.sub("", document))


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), re.MULTILINE))


def commands() -> set[str]:
    return set(cli.main.commands) if isinstance(cli.main, click.Group) else set()


def unknown(document: str) -> list[str]:
    """The commands in a document that do not exist."""
    lines = [line.strip().removeprefix("$ ") for line in code(document)]
    made = [("make", m) for line in lines for m in re.findall(r"(?:^|&& |; )(?:\w+=\S* )*make ([a-z-]+)", line)]
    run = [("largesse", m) for line in lines for m in re.findall(r"(?:^|&& |; |\| |/)largesse ([a-z][a-z-]*)", line)]
    tools = [("tools", m) for line in lines for m in re.findall(r"(?:^|[ /])tools/([\w-]+)(?![\w/.-])", line)]
    known = {"make": targets(), "largesse": commands(), "tools": {p.name for p in (ROOT / "tools").iterdir()}}
    return sorted({f"{tool} {name}" for tool, name in made + run + tools if name not in known[tool]})


def test_commands_named_in_documents_exist():
    assert len(documents()) > 15
    assert {name_of(p): bad for p in documents() if (bad := unknown(text(p)))} == {}
    assert unknown("Run `make planted` and `largesse planted`:\n```\n$ tools/planted\n```\n") == [
        "largesse planted",
        "make planted",
        "tools planted",
    ]


def test_links_between_documents_lead_somewhere():
    broken = [
        f"{name_of(p)}: {link}" for p in documents() for link in LINK.findall(text(p)) if not (p.parent / link).exists()
    ]
    assert broken == []
    assert LINK.findall("[here](planted.md#top)") == ["planted.md"]


def test_documents_cited_in_code_exist():
    cited = {(name_of(p), c) for p in files() if p.suffix in {".py", ".sql", ".ts"} for c in CITED.findall(text(p))}
    assert len(cited) > 2
    assert sorted(f"{path}: {c}" for path, c in cited if not (ROOT / c).exists()) == []


def test_every_setting_is_documented_and_no_other():
    real = {setting["name"] for setting in config.describe(config.Settings())}
    page = text(ROOT / "docs" / "reference" / "settings.md")
    assert set(SETTING.findall(page)) - FOR_TESTS == real


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_is_documented(command):
    assert f"`largesse {command}" in text(ROOT / "docs" / "reference" / "commands.md")
