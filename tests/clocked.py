"""A database whose now() tests can move: days pass, and nothing in the product knows of it."""

import psycopg
from psycopg import sql

_CLOCK = """
CREATE SCHEMA clock;
CREATE TABLE clock.passed (days integer NOT NULL);
INSERT INTO clock.passed VALUES (0);
CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE AS
    $$ SELECT pg_catalog.now() + make_interval(days => (SELECT days FROM clock.passed)) $$;
"""
PASS = "UPDATE clock.passed SET days = days + %s"


def install(url: str) -> None:
    """Let the now() of every statement on later connections be the clock's; defaults of columns keep the server's."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_CLOCK)
        name = sql.Identifier(connection.info.dbname)
        connection.execute(
            sql.SQL('ALTER DATABASE {} SET search_path = clock, pg_catalog, "$user", public').format(name)
        )
