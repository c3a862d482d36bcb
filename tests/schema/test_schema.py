"""What the migrations make is what is committed, and every statement fits it."""

import difflib
import subprocess
import sys

import psycopg
import pytest

from largesse.kit import migrate
from sqlfiles import ROOT, Statement, statements

COMMITTED = ROOT / "migrations" / "schema.sql"


def dumped(url: str) -> str:
    return subprocess.run(
        [sys.executable, ROOT / "tools" / "schema.py", url], capture_output=True, text=True, check=True
    ).stdout


def refusal(connection: psycopg.Connection, text: str) -> str:
    """Why the server does not prepare a statement; empty where it does."""
    result = connection.pgconn.prepare(b"", text.encode())
    return result.error_message.decode() if result.error_message else ""


@pytest.fixture
def connection(database_url):
    with psycopg.connect(database_url, autocommit=True) as made:
        yield made


def test_the_migrations_make_the_committed_schema(database_url, connection):
    if connection.info.server_version // 10_000 != 18:
        pytest.skip("schema.sql is as PostgreSQL 18 writes it, and the given server is of another version")
    made = dumped(database_url)
    difference = difflib.unified_diff(
        COMMITTED.read_text("utf-8").splitlines(), made.splitlines(), "migrations/schema.sql", "migrated", lineterm=""
    )
    assert not list(difference), "run `make schema`"
    connection.execute("ALTER TABLE ledger.wallet ADD COLUMN planted integer")
    assert dumped(database_url) != made


def test_a_migrated_database_has_nothing_pending(database_url, connection):
    assert migrate.pending(connection) == []
    assert migrate.migrate(database_url) == []


def test_every_statement_prepares(connection):
    every = statements()
    assert len(every) > 100
    refused = {s.name: why for s in every if (why := refusal(connection, s.numbered))}
    assert refused == {}
    planted = Statement("ledger/planted", "-- A column that is not there. account\nSELECT wealth FROM ledger.wallet\n")
    assert "wealth" in refusal(connection, planted.numbered)
