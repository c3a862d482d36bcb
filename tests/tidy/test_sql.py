"""Each statement's file opens with what it does and names every parameter."""

import re

from sqlfiles import Statement, statements


def unsaid(statement: Statement) -> list[str]:
    """What the header does not say; `as in schema.table` names the parameters that are columns there."""
    if len(statement.header.split()) < 3:
        return ["what it does"]
    if re.search(r"\bas in \w+\.\w+", statement.header):
        return []
    return [name for name in statement.parameters if not re.search(rf"\b{name}\b", statement.header)]


def test_statements_say_what_they_do_and_take():
    assert {s.name: missing for s in statements() if (missing := unsaid(s))} == {}


def test_a_silent_statement_is_seen():
    assert unsaid(Statement("a/b", "SELECT 1")) == ["what it does"]
    assert unsaid(Statement("a/b", "-- Counts what is there. account\nSELECT %(account)s, %(wealth)s")) == ["wealth"]
