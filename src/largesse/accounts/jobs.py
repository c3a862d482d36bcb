"""Mail with one-time links and about the second factor, and what is kept no longer.

A mailing job makes its link as it sends it, so that no token is ever at rest.
"""

from largesse.accounts.model import Letter
from largesse.accounts.service_me import MAIL_RESET, MAIL_VERIFICATION, MeService
from largesse.accounts.service_second_factor import MAIL_SECOND_FACTOR, SecondFactorService
from largesse.kit.config import Settings
from largesse.kit.jobs import Jobs
from largesse.kit.mail import Mail
from largesse.kit.wording import Words


def register(
    jobs: Jobs, me: MeService, second_factor: SecondFactorService, *, mail: Mail, words: Words, settings: Settings
) -> None:
    """Add this room's tasks."""

    async def send(letter: Letter | None, path: str, kind: str) -> None:
        if letter is None:
            return
        spoken = letter.language or "en"
        text = words(spoken, f"mail.{kind}_text")
        link = f"{settings.origin}/{path.format(token=letter.token)}"
        filled = text.format(username=letter.username, link=link)
        await mail.send(letter.to, words(spoken, f"mail.{kind}_subject"), filled)

    async def mail_reset(email: str) -> None:
        await send(await me.write_reset(email), "reset/{token}", "reset")

    async def mail_verification(account: int) -> None:
        await send(await me.write_verification(account), "verify/{token}", "verification")

    async def mail_second_factor(account: int, change: str) -> None:
        await send(await second_factor.write_change(account), "account#security", f"second_factor_{change}")

    jobs.add_periodic("17 3 * * *", "accounts.forget_ended", me.forget_ended)
    jobs.add(MAIL_RESET, mail_reset)
    jobs.add(MAIL_VERIFICATION, mail_verification)
    jobs.add(MAIL_SECOND_FACTOR, mail_second_factor)
