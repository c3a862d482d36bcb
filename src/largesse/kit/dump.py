"""A whole database as one file and back, by the programs of the PostgreSQL that this release runs.

A dump is of one moment, taken while the database is written. The programs read servers of their own major version and
of earlier ones.
"""

import asyncio
import os
import subprocess
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from largesse.kit.embedded.install import postgres_install


class DumpFailed(SystemExit):
    """A program failed; the command ends with what it said."""


async def dump(url: str, target: Path) -> None:
    """Write a database to a file, mode 0600, in PostgreSQL's custom format; raises `DumpFailed`."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    await _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


async def restore(url: str, source: Path) -> None:
    """Fill an empty database from such a file, all of it or nothing; raises `DumpFailed`."""
    await _run("pg_restore", url, "--single-transaction", "--no-owner", "--no-privileges", str(source))


async def _run(program: str, url: str, *arguments: str) -> None:
    named = conninfo_to_dict(url)
    secret = {"PGPASSWORD": str(named.pop("password"))} if "password" in named else {}  # a command line is seen by all
    path = postgres_install(Path(), None) / "bin" / program
    command = [str(path), f"--dbname={make_conninfo('', **named)}", *arguments]
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "PGAPPNAME": f"largesse-{program}",
        **secret,
    }
    done = await asyncio.to_thread(
        subprocess.run, command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        raise DumpFailed(f"largesse: {program}: {done.stderr.decode('utf-8', 'replace').strip()}")
