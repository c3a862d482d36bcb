"""Which account the embedded servers run as: ours, or a plain one where we are root (PostgreSQL refuses root)."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from largesse.kit.embedded.errors import CannotServe

DEDICATED = "largesse"  # used where the machine has it
FALLBACK = "nobody"

ENTER = 0o1
READ = 0o4


@dataclass(frozen=True, slots=True)
class Account:
    """A plain user and group, by number."""

    uid: int
    gid: int

    def reaches(self, path: Path, need: int = READ) -> bool:
        """Whether the mode bits let this account through every folder to `path`, and grant `need` on it."""
        real = path.resolve()
        return all(self._may(folder, ENTER) for folder in real.parents) and self._may(real, need)

    def _may(self, path: Path, need: int) -> bool:
        stat = path.stat()
        shift = 6 if stat.st_uid == self.uid else 3 if stat.st_gid == self.gid else 0
        return (stat.st_mode >> shift) & need == need


def server_account(folder: Path) -> Account | None:
    """None where we are a plain user. As root: the owner of an existing `folder`, else `largesse`, else `nobody`."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and (stat := folder.stat()).st_uid != 0:
        return Account(stat.st_uid, _primary_group(stat.st_uid, stat.st_gid))
    for name in (DEDICATED, FALLBACK):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise CannotServe(f"PostgreSQL does not run as root: create an account, `useradd --system {DEDICATED}`")


def _primary_group(uid: int, otherwise: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return otherwise


def give(path: Path, account: Account | None) -> None:
    """Make `account` the owner of `path`; nothing where we are a plain user."""
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def give_tree(folder: Path, account: Account | None) -> None:
    """Make `account` the owner of all of `folder`, where its top is not yet."""
    if account is None or folder.stat().st_uid == account.uid:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            give(Path(parent, name), account)
    give(folder, account)  # last: an interrupted walk starts again
