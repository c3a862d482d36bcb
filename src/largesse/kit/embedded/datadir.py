"""The data directory: one holder at a time, private, with what must be the same at the next start.

lock                 held (flock) while servers run from here; the holder's pid
run.json             addresses and pids while they run
ports.json           the ports chosen at the first start
postgres/            PostgreSQL's own directory
postgres-password, nats-token, nats.conf    secrets, mode 0600
socket/              PostgreSQL's socket; or `socket-dir`, naming a short folder under the system's temporary one
log/                 what the servers say
server/              a copy of the programs, only where the servers' account cannot reach the installed ones
"""

import contextlib
import fcntl
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from largesse.kit.embedded.account import Account, give, server_account
from largesse.kit.embedded.errors import CannotServe

LOCK = "lock"
RUN = "run.json"
PORTS = "ports.json"
SOCKET_PATH_BYTES_MAX = 103  # sun_path is 108 on Linux, 104 on macOS, with its NUL
_SOCKET_NAME_BYTES = len("/.s.PGSQL.32767")
_LOCK_TRIES = 10  # somebody who only looks holds the lock for a moment
_LOCK_PAUSE_S = 0.05
_PRIVATE = 0o600


class DataDir:
    """An opened data directory, of which we hold the lock."""

    def __init__(self, path: Path, account: Account | None) -> None:
        self.path = path
        self.account = account

    def folder(self, name: str) -> Path:
        """A private folder in it, made where it is missing."""
        folder = self.path / name
        folder.mkdir(mode=0o700, exist_ok=True)
        give(folder, self.account)
        return folder

    def write_private(self, name: str, text: str) -> Path:
        """Replace a file atomically, mode 0600, durable before it returns; follows no link that a server may plant."""
        path = self.path / name
        if self._holds(path, text):
            give(path, self.account)
        else:
            self._replace(path, text, os.fsync)
            sync_folder(path.parent)
        return path

    def note(self, name: str, text: str) -> None:
        """The same, and no disk is waited for: what it says is of this run."""
        self._replace(self.path / name, text, lambda _: None)

    def _holds(self, path: Path, text: str) -> bool:
        try:
            return not path.is_symlink() and path.read_text("utf-8") == text and path.stat().st_mode & 0o777 == _PRIVATE
        except (OSError, UnicodeDecodeError):
            return False

    def _replace(self, path: Path, text: str, settle: Callable[[int], None]) -> None:
        new = path.with_name(path.name + ".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "w") as file:
            file.write(text)
            file.flush()
            settle(file.fileno())
        give(new, self.account)
        new.rename(path)

    def secret(self, name: str) -> str:
        """256 random bits in hexadecimal, the same ones at every start."""
        path = self.path / name
        if not path.exists():
            self.write_private(name, secrets.token_hex(32) + "\n")
        return path.read_text("utf-8").strip()

    def ports(self) -> dict[str, int]:
        """The remembered ports; empty where the file is missing or broken, since they can be chosen again."""
        try:
            return msgspec.json.decode((self.path / PORTS).read_bytes(), type=dict[str, int])
        except (FileNotFoundError, msgspec.DecodeError):
            return {}

    def remember_ports(self, ports: dict[str, int]) -> None:
        """Keep the chosen ports for the next start."""
        if ports != self.ports():
            self.write_private(PORTS, msgspec.json.encode(ports).decode())

    def socket_folder(self) -> Path:
        """`socket/`, or a private folder under the temporary one where the path is too long or out of reach."""
        own = self.folder("socket")
        if _fits(own) and (self.account is None or self.account.reaches(self.path)):
            return own
        note = self.path / "socket-dir"
        if note.exists() and self._is_ours(kept := Path(note.read_text("utf-8").strip())):
            return kept
        for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - the folder made in it is private
            if _fits(Path(parent, "largesse-12345678")) and (
                self.account is None or self.account.reaches(Path(parent))
            ):
                folder = Path(tempfile.mkdtemp(prefix="largesse-", dir=parent))
                give(folder, self.account)
                self.write_private(note.name, f"{folder}\n")
                return folder
        raise CannotServe(f"no temporary folder has a path short enough for a socket, for {self.path}")

    def _is_ours(self, folder: Path) -> bool:
        if folder.is_symlink() or not folder.is_dir():
            return False
        stat = folder.stat()
        owner = os.geteuid() if self.account is None else self.account.uid
        return stat.st_uid == owner and stat.st_mode & 0o077 == 0


@contextmanager
def held(path: Path) -> Iterator[DataDir]:
    """Make, check and lock the directory; raises `CannotServe` where it is held by another or is not ours to use.

    A forked process that goes on without `exec` keeps the lock after our death: start processes with `subprocess`.
    """
    path = path.resolve()
    account = server_account(path)
    _prepare(path, account)
    lock = _locked(path)
    try:
        give(path / LOCK, account)
        (path / RUN).unlink(missing_ok=True)  # of a holder that was killed
        yield DataDir(path, account)
    finally:
        with contextlib.suppress(OSError):
            (path / RUN).unlink()
        os.close(lock)


def holder(path: Path) -> int | None:
    """The pid of the process that holds the directory's lock; None where none does. 0 while it is just taking it."""
    try:
        lock = os.open(path / LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.pread(lock, 20, 0).decode().strip() or 0)
    finally:
        os.close(lock)
    return None


def sync_folder(folder: Path) -> None:
    """Make names created in the folder durable."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _prepare(path: Path, account: Account | None) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        stat = path.stat()
        owner = stat.st_uid if account is None else account.uid
        if (stat.st_uid, stat.st_mode & 0o777) == (owner, 0o700):
            return
        if not (path / LOCK).exists() and any(path.iterdir()):
            raise CannotServe(
                f"{path} holds other files and would be made private: name an empty folder in LARGESSE_DATA_DIR"
            )
        path.chmod(0o700)
        give(path, account)
    except OSError as error:
        raise CannotServe(f"the data directory cannot be used: {error}") from error


def _locked(path: Path) -> int:
    try:
        lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise CannotServe(f"the data directory cannot be used: {error}") from error
    for _ in range(_LOCK_TRIES):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(lock, 0)
            os.write(lock, f"{os.getpid()}\n".encode())
            return lock
        time.sleep(_LOCK_PAUSE_S)
    holder = os.pread(lock, 20, 0).decode().strip() or "unknown"
    os.close(lock)
    raise CannotServe(f"{path} is in use by process {holder}; one service runs from a data directory")


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder)) + _SOCKET_NAME_BYTES <= SOCKET_PATH_BYTES_MAX
