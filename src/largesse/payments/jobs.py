"""What payments does later and by the clock."""

from typing import TYPE_CHECKING

from largesse.kit.jobs import Jobs
from largesse.kit.mail import Letter, Mail
from largesse.kit.wording import Words
from largesse.payments.events import JOB_DISPUTE, JOB_FINISH, JOB_NOTICES, JOB_RECEIPT, JOB_REFUND

if TYPE_CHECKING:
    from largesse.payments.service_notices import NoticesService


def register(jobs: Jobs, notices: "NoticesService", mail: Mail, words: Words) -> None:
    """Add this room's tasks."""

    async def send(letter: Letter | None) -> None:
        if letter is not None:
            await mail.send(letter.to, letter.subject, letter.text)

    async def mail_receipt(purchase: str) -> None:
        await send(await notices.receipts.find_letter(purchase, words))

    async def mail_refund(refund: str) -> None:
        await send(await notices.receipts.find_refund_letter(refund, words))

    async def mail_dispute(dispute: str, status: str) -> None:
        await send(await notices.receipts.find_dispute_letter(dispute, status, words))

    jobs.add(JOB_NOTICES, notices.work)
    jobs.add(JOB_FINISH, notices.finish)
    jobs.add(JOB_RECEIPT, mail_receipt)
    jobs.add(JOB_REFUND, mail_refund)
    jobs.add(JOB_DISPUTE, mail_dispute)
    jobs.add_periodic("* * * * *", "payments.notices_due", notices.work)
    jobs.add_periodic("* * * * *", "payments.look_at_waiting", notices.look_at_waiting)
    jobs.add_periodic("*/2 * * * *", "payments.finish_all", notices.finish_all)
    jobs.add_periodic("*/2 * * * *", "payments.ask_for_refunds", notices.ask_for_refunds)
    jobs.add_periodic("*/10 * * * *", "payments.catch_up", notices.catch_up)
