"""Mail with one-time links, and what is kept no longer.

A mailing job makes its link as it sends it, so that no token is ever at rest.
"""

from largesse.accounts.model import Letter
from largesse.accounts.service_me import MAIL_RESET, MAIL_VERIFICATION, MeService
from largesse.kit.config import Settings
from largesse.kit.jobs import Jobs
from largesse.kit.mail import Mail

_RESET = """Hello {username},

somebody, we hope you, asked for a new password of your account. Set it here within an hour:

{link}

If it was not you, do nothing: your password stays as it is.
"""
_VERIFICATION = """Hello {username},

welcome. Please show us that this address is yours:

{link}

The link works for three days. If you did not sign up, do nothing.
"""


def register(jobs: Jobs, me: MeService, mail: Mail, settings: Settings) -> None:
    """Add this room's tasks."""

    async def send(letter: Letter | None, page: str, subject: str, text: str) -> None:
        if letter is not None:
            link = f"{settings.origin}/{page}/{letter.token}"
            await mail.send(letter.to, subject, text.format(username=letter.username, link=link))

    async def mail_reset(email: str) -> None:
        await send(await me.write_reset(email), "reset", "Your new password", _RESET)

    async def mail_verification(account: int) -> None:
        letter = await me.write_verification(account)
        await send(letter, "verify", "Is this your address?", _VERIFICATION)

    jobs.add_periodic("17 3 * * *", "accounts.forget_ended", me.forget_ended)
    jobs.add(MAIL_RESET, mail_reset)
    jobs.add(MAIL_VERIFICATION, mail_verification)
