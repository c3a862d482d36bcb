"""What must not stand in any file: work left for later, addresses of registries, paths of somebody's machine."""

import re

import pytest

from tree import files, name_of, text

LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.(npm|yarn)|npmmirror|deb\.debian\.org|--(extra-)?index-url|--find-links"
)
MACHINE = re.compile(r"(?<![\w.:<{}/-])/(work|root|Users|home/[a-z]\w*|opt/wheels)/|\.\./shared")
CASES = {
    "work for later": (LATER, "# TODO: later"),
    "a registry's address": (REGISTRY, '"resolved": "https://registry.' + 'npmjs.org/x.tgz"'),
    "a machine's path": (MACHINE, "see /wo" + "rk/main/README.md"),
}
LEFT_OUT = {"LICENSE", "tests/tidy/test_words.py"}  # not our words; the words themselves


@pytest.mark.parametrize("what", CASES)
def test_no_file_holds(what):
    pattern, planted = CASES[what]
    found = [
        f"{name_of(path)}:{n}: {line.strip()[:100]}"
        for path in files()
        if name_of(path) not in LEFT_OUT
        for n, line in enumerate(text(path).splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []
    assert pattern.search(planted)
