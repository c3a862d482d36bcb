"""One running service for the tests of the API."""

from collections.abc import Iterator

import pytest

import running


@pytest.fixture(scope="session")
def service() -> Iterator[running.Service]:
    with running.running() as service:
        yield service
