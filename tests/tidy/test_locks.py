"""Locks name versions and hashes, never addresses."""

import json
import re

from tree import ROOT, files, name_of, text

PINNED = re.compile(r"^(?P<name>[a-z0-9][\w.-]*(\[[\w,-]+\])?)==\S+", re.IGNORECASE)


def faults(lock: str) -> list[str]:
    """What is not a pinned, hashed requirement."""
    bad = []
    for entry in re.split(r"(?<!\\)\n", re.sub(r"\n {4}#.*", "", lock).strip()):
        if entry.startswith("#") or not entry.strip():
            continue
        if not PINNED.match(entry) or "://" in entry:
            bad.append(f"not a pinned name: {entry[:60]}")
        elif "--hash=sha256:" not in entry:
            bad.append(f"no hash: {entry[:60]}")
    return bad


def addresses(lock: object, where: str = "") -> list[str]:
    """Every `resolved` of a lock of npm."""
    if not isinstance(lock, dict):
        return []
    own = [where] if "resolved" in lock else []
    return own + [found for key, below in lock.items() for found in addresses(below, f"{where}/{key}")]


def test_requirements_are_pinned_and_hashed():
    locks = [p for p in files() if re.fullmatch(r"requirements/\w+\.txt", name_of(p))]
    assert len(locks) == 4
    assert {name_of(p): bad for p in locks if (bad := faults(text(p)))} == {}
    assert faults("uv==1.0") == ["no hash: uv==1.0"]
    assert faults("uv @ https://example.test/uv.whl --hash=sha256:00")
    assert faults("-i https://example.test/simple")


def test_the_lock_of_npm_has_no_address():
    lock = json.loads(text(ROOT / "web" / "package-lock.json"))
    assert addresses(lock) == []
    missing = [n for n, p in lock["packages"].items() if n and not p.get("link") and "integrity" not in p]
    assert missing == []
    assert addresses({"packages": {"node_modules/a": {"resolved": "https://example.test/a.tgz"}}})
