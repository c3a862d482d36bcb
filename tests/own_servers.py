"""PostgreSQL and NATS that are started by hand, as an operator's own: nothing of the product watches over them."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from largesse.kit.embedded import ports
from largesse.kit.embedded.account import give, server_account
from largesse.kit.embedded.install import nats_program, postgres_install

_READY_S_MAX = 60


@contextmanager
def running(environ: Mapping[str, str] | None = None) -> Iterator[tuple[str, str]]:
    """Their addresses; `environ` is added to that of PostgreSQL. As root it runs as a plain account."""
    with tempfile.TemporaryDirectory(prefix="own-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        account = server_account(folder / "none")
        folder.chmod(0o755)
        give(folder, account)
        install = postgres_install(folder, account)
        identity = {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
        log = (folder / "log").open("wb")
        made = subprocess.run(
            [install / "bin/initdb", "-D", folder / "postgres", "-U", "operator", "--auth=trust", "--encoding=UTF8",
             "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"],
            cwd=folder, env=environment, stdout=log, stderr=log, check=False, **identity,
        )  # fmt: skip
        assert made.returncode == 0, (folder / "log").read_text()
        port, news = ports.choose(None), ports.choose(None)
        postgres = subprocess.Popen(
            [install / "bin/postgres", "-D", folder / "postgres", "-p", str(port), "-k", "", "-h", ports.LOOPBACK],
            cwd=folder, env=environment | dict(environ or {}), stdout=log, stderr=log, **identity,
        )  # fmt: skip
        nats = subprocess.Popen([nats_program(), "-a", ports.LOOPBACK, "-p", str(news)], stdout=log, stderr=log)
        url = f"postgresql://operator@{ports.LOOPBACK}:{port}/postgres"
        try:
            _wait(url, folder / "log")
            yield url, f"nats://{ports.LOOPBACK}:{news}"
        finally:
            for process in (postgres, nats):
                process.terminate()
            for process in (postgres, nats):
                with suppress(subprocess.TimeoutExpired):
                    process.wait(20)
                process.kill()
                process.wait()
            log.close()
            shutil.rmtree(folder / "postgres", ignore_errors=True)


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


if __name__ == "__main__":  # `python tests/own_servers.py`: to run the suite against servers of one's own
    with running() as (database_url, nats_url):
        sys.stdout.write(f"export LARGESSE_TEST_DATABASE_URL={database_url} LARGESSE_TEST_NATS_URL={nats_url}\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            sys.stdin.read()
