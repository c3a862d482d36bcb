"""One running service and one browser for the tests of the pages."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser

import browsing
import running


@pytest.fixture(scope="session")
def service() -> Iterator[running.Service]:
    with running.running(log_level="info") as service:
        yield service


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with browsing.chromium() as browser:
        yield browser
