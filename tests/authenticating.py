"""An authenticator app, for tests, and signing in with it."""

from datetime import timedelta

import httpx
import pyotp

from largesse.kit.clock import SetClock

PASSWORD = "a horse, a battery and a staple"
STEP = timedelta(seconds=30)


class Authenticator:
    """An app on somebody's phone, by the test's clock."""

    def __init__(self, secret: str, clock: SetClock) -> None:
        self._totp = pyotp.TOTP(secret)
        self._clock = clock

    def code(self, steps: int = 0) -> str:
        """The code now, or as many steps later."""
        return self._totp.at(self._clock.now() + steps * STEP)

    def wait(self, **time: int) -> None:
        """Let time pass."""
        self._clock.at += timedelta(**time)

    def wrong(self) -> str:
        """A code of no step near."""
        near = {self.code(steps) for steps in range(-2, 3)}
        return next(code for code in (str(n) * 6 for n in range(6)) if code not in near)


async def sign_in(
    client: httpx.AsyncClient, code: str | None = None, login: str = "alice", password: str = PASSWORD
) -> httpx.Response:
    """Sign in, with a code if there is one."""
    body = {"login": login, "password": password} | ({} if code is None else {"second_factor": code})
    return await client.post("/v1/sessions", json=body)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """How it was refused."""
    return answer.status_code, answer.json()["code"]
