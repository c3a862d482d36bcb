"""PostgreSQL and NATS that are started by hand, as an operator's own: nothing of the product watches over them."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from largesse.kit.embedded import ports
from largesse.kit.embedded.account import give, server_account
from largesse.kit.embedded.install import nats_program, postgres_install

ROLE = "largesse"
_READY_S_MAX = 60


@contextmanager
def running(
    environ: Mapping[str, str] | None = None,
    *,
    programs: Path | None = None,
    password: str = "",
    keep: Path | None = None,
) -> Iterator[tuple[str, str]]:
    """Their addresses; `environ` is added to that of PostgreSQL. As root it runs as a plain account.

    `programs` is another PostgreSQL's folder. Its files are moved to `keep` at the end; else they are removed.
    """
    with tempfile.TemporaryDirectory(prefix="own-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        account = server_account(folder / "none")
        folder.chmod(0o755)
        give(folder, account)
        install = programs or postgres_install(folder, account)
        identity: dict[str, Any] = (
            {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}
        )
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
        (folder / "password").write_text(password or "none")
        with (folder / "log").open("wb") as log:
            made = subprocess.run(
                [install / "bin/initdb", "-D", folder / "postgres", "-U", ROLE, "--pwfile", folder / "password",
                 "--auth", "scram-sha-256" if password else "trust", "--encoding=UTF8", "--locale-provider=builtin",
                 "--locale=C.UTF-8", "--data-checksums", "--no-sync"],
                cwd=folder, env=environment, stdout=log, stderr=log, check=False, **identity,
            )  # fmt: skip
            assert made.returncode == 0, (folder / "log").read_text()
            port, news = ports.choose(None), ports.choose(None)
            postgres = subprocess.Popen(
                [install / "bin/postgres", "-D", folder / "postgres", "-p", str(port), "-k", "", "-h", ports.LOOPBACK],
                cwd=folder, env=environment | dict(environ or {}), stdout=log, stderr=log, **identity,
            )  # fmt: skip
            nats = subprocess.Popen([nats_program(), "-a", ports.LOOPBACK, "-p", str(news)], stdout=log, stderr=log)
            url = f"postgresql://{ROLE}:{password}@{ports.LOOPBACK}:{port}"
            try:
                _wait(f"{url}/postgres", folder / "log")
                with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {ROLE}".encode())
                yield f"{url}/{ROLE}", f"nats://{ports.LOOPBACK}:{news}"
            finally:
                _stop(postgres, signal.SIGINT)
                _stop(nats, signal.SIGTERM)
        if keep is not None:
            shutil.move(folder / "postgres", keep)


def _stop(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    process.send_signal(number)
    with suppress(subprocess.TimeoutExpired):
        process.wait(20)
    process.kill()
    process.wait()


def _wait(url: str, log: Path) -> None:
    deadline = time.monotonic() + _READY_S_MAX
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, log.read_text()[-2000:]
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":  # to run the suite on servers of one's own: CONTRIBUTING.md says how
    with running() as (database_url, nats_url):
        with psycopg.connect(database_url, autocommit=True) as operator:
            # What a role for the tests needs, and no more: some tamper with the books as no guard of theirs allows.
            operator.execute("CREATE ROLE tests LOGIN CREATEDB")
            operator.execute("GRANT SET ON PARAMETER session_replication_role TO tests")
        url = database_url.replace(f"{ROLE}:@", "tests@").replace(f"/{ROLE}", "/postgres")
        sys.stdout.write(f"export LARGESSE_TEST_DATABASE_URL={url} LARGESSE_TEST_NATS_URL={nats_url}\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            sys.stdin.read()
