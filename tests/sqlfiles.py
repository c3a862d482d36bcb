"""The statements of the rooms as files: where they are, what they say of themselves, how a server takes them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_NAMED = re.compile(r"%\((\w+)\)[sbt]")


@dataclass(frozen=True)
class Statement:
    """One `.sql` file; `room/name` is its name."""

    name: str
    text: str

    @property
    def header(self) -> str:
        """The comment that it opens with, as one line."""
        lines = []
        for line in self.text.splitlines():
            if not line.startswith("--"):
                break
            lines.append(line.removeprefix("--").strip())
        return " ".join(lines)

    @property
    def parameters(self) -> list[str]:
        """The names of its parameters; the first is $1."""
        return list(dict.fromkeys(_NAMED.findall(self.text)))

    @property
    def numbered(self) -> str:
        """Its text as a server prepares it: `$n` for names, as psycopg makes of it."""
        if not self.parameters:
            return self.text
        number = {name: f"${i}" for i, name in enumerate(self.parameters, 1)}
        return _NAMED.sub(lambda found: number[found[1]], self.text).replace("%%", "%")


def statements() -> list[Statement]:
    """Every statement of every room."""
    files = sorted((ROOT / "src" / "largesse").glob("*/sql/*.sql"))
    return [Statement(f"{file.parts[-3]}/{file.stem}", file.read_text("utf-8")) for file in files]


def statement(name: str) -> Statement:
    """The one called `room/name`."""
    room, _, stem = name.partition("/")
    return Statement(name, (ROOT / "src" / "largesse" / room / "sql" / f"{stem}.sql").read_text("utf-8"))
