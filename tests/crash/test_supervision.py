"""`largesse serve` keeps its processes: what is killed comes back, and with its supervisor everything ends."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

import running
from embedding import AS_ROOT, NOBODY, owner_of, python_for

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]
_WAIT_S = 60.0
FORKS = """
import os, random, secrets
import largesse.main.process
from largesse.kit import ids
for _ in range(4):
    if not os.fork():
        print(ids.new().hex[13:], secrets.token_hex(8), random.random(), flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def service() -> Iterator[running.Service]:
    """A service with two api processes, in a folder whose name has a space."""
    with running.running(api_processes="2") as started:
        yield started


def _servers(service: running.Service) -> list[int]:
    run = json.loads(Path(service.environ["LARGESSE_DATA_DIR"], "run.json").read_bytes())
    return [run["postgres_pid"], run["nats_pid"]]


def _is_alive(pid: int) -> bool:
    """A zombie is not: where nobody reaps orphans, those stay."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _until(holds: Callable[[], bool]) -> float:
    """Wait until it holds, and say how long it took."""
    began = time.monotonic()
    while time.monotonic() - began < _WAIT_S:
        if holds():
            return time.monotonic() - began
        time.sleep(0.02)
    raise AssertionError("it does not hold within a minute")


def test_processes_that_are_killed_come_back_from_the_same_nursery(service: running.Service) -> None:
    before = service.processes()
    for pid in (*before["api"], *before["worker"]):
        os.kill(pid, signal.SIGKILL)
    _until(
        lambda: all(
            set(pids).isdisjoint(before[role]) for role, pids in service.processes().items() if role != "nursery"
        )
    )
    _until(service.is_ready)
    after = service.processes()
    assert after["nursery"] == before["nursery"]
    assert (len(after["api"]), len(after["worker"])) == (2, 1)
    assert all(map(_is_alive, (*after["api"], *after["worker"])))


def test_when_the_nursery_is_killed_its_processes_end_and_new_ones_serve(service: running.Service) -> None:
    before = service.processes()
    os.kill(before["nursery"][0], signal.SIGKILL)
    _until(lambda: not any(map(_is_alive, (*before["api"], *before["worker"]))))
    _until(lambda: all(set(pids).isdisjoint(before[role]) for role, pids in service.processes().items()))
    _until(service.is_ready)


def test_a_second_serve_on_the_same_directory_is_refused_and_harms_nothing(service: running.Service) -> None:
    before = service.processes()
    environ = service.environ | {"LARGESSE_HTTP_PORT": str(running.free_port())}
    second = subprocess.run(
        [sys.executable, "-m", "largesse.main", "serve"], env=environ, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert second.returncode == 1
    assert f"is in use by process {service.process.pid}; one service runs from a data directory" in second.stderr
    assert "Traceback" not in second.stderr
    assert service.is_ready()
    assert service.processes() == before


def test_when_the_supervisor_is_killed_nothing_stays_and_the_next_start_has_everything() -> None:
    with tempfile.TemporaryDirectory(prefix="largesse-serve-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        first = running.start(Path(name))
        alice = first.join("alice")
        family = [pid for pids in first.processes().values() for pid in pids] + _servers(first)
        first.process.kill()
        first.process.wait(10)
        _until(lambda: not any(map(_is_alive, family)))
        second = running.start(Path(name))
        try:
            me = httpx.get(f"{second.base}/v1/me", headers={"Authorization": f"Bearer {alice.token}"}, timeout=30)
            assert me.json()["username"] == alice.username
        finally:
            second.stop()
            first.stop()
        assert not any(map(_is_alive, family))


@AS_ROOT
def test_a_plain_user_serves_too() -> None:
    """As root the servers alone are somebody else's; here the whole service is."""
    with tempfile.TemporaryDirectory(prefix="l-", ignore_cleanup_errors=True) as name:
        os.chown(name, NOBODY.uid, NOBODY.gid)
        port = running.free_port()
        environ = {
            "PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONDONTWRITEBYTECODE": "1", "LARGESSE_DATA_DIR": f"{name}/data", "LARGESSE_HTTP_PORT": str(port),
            "LARGESSE_RTMP_PORT": "0",
            "LARGESSE_WEBRTC_PORTS": "",
            "LARGESSE_SANDBOX": "1", "LARGESSE_LOG_LEVEL": "warning", "LARGESSE_CONFIG": os.devnull,
        }  # fmt: skip
        process = subprocess.Popen(
            [python_for(NOBODY), "-m", "largesse.main", "serve"], env=environ, cwd="/", user=NOBODY.uid,
            group=NOBODY.gid, extra_groups=[],
        )  # fmt: skip
        service = running.Service(f"http://127.0.0.1:{port}", Path(name), environ, process)
        try:
            _until(service.is_ready)
            family = [pid for pids in service.processes().values() for pid in pids] + _servers(service)
            assert {owner_of(pid) for pid in family} == {NOBODY.uid}
            assert service.join("alice").http.get("/v1/me").status_code == 200
        finally:
            service.stop()
        assert not any(map(_is_alive, family))


def test_forked_processes_share_no_dice() -> None:
    """Two api processes that made the same ids, tokens or salts would be a disaster."""
    told = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, text=True, timeout=60, check=True)
    columns = list(zip(*[line.split() for line in told.stdout.splitlines()], strict=True))
    assert len(columns) == 3
    assert all(len(set(column)) == 4 for column in columns), told.stdout
