"""One running service, one browser and one lively world for the tests of the pages."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser

import browsing
import lively
import running
from lively import World
from running import Service


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    with running.running(log_level="info") as service:
        yield service


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with browsing.chromium() as browser:
        yield browser


@pytest.fixture
async def cameras() -> AsyncIterator[Browser]:
    """A browser with a camera and a microphone that are made up: a picture that moves, and a beep a second."""
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--mute-audio")
    async with browsing.chromium(*fake) as browser:
        yield browser


@pytest.fixture(scope="session")
def world(service: Service) -> World:
    return lively.make(service)
