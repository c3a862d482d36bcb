"""The files of the project, for tests that read it as text."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ROOT / "src" / "largesse"
_BINARY = {".webp", ".png", ".jpg", ".ico", ".woff2", ".mp4", ".gz"}


@cache
def files() -> list[Path]:
    """Every text file that is in the repository, or would be."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "-z"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = [ROOT / name for name in sorted(set(listed.split("\0"))) if name]
    return [path for path in found if path.suffix not in _BINARY and path.is_file()]


def name_of(path: Path) -> str:
    """The path from the top of the project."""
    return path.relative_to(ROOT).as_posix()


def sources(*folders: str, suffix: str = ".py") -> list[Path]:
    """The files of a kind below some folders."""
    return [p for p in files() if p.suffix == suffix and name_of(p).startswith(folders)]


@cache
def text(path: Path) -> str:
    return path.read_text("utf-8")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(text(path), path.name)
