"""What payments does later and by the clock."""

from typing import TYPE_CHECKING

from largesse.kit.jobs import Jobs
from largesse.kit.mail import Mail
from largesse.payments.events import JOB_FINISH, JOB_NOTICES, JOB_RECEIPT, JOB_REFUND
from largesse.payments.receipts import Words

if TYPE_CHECKING:
    from largesse.payments.service_notices import NoticesService


def register(jobs: Jobs, notices: "NoticesService", mail: Mail, words: Words) -> None:
    """Add this room's tasks."""

    async def mail_receipt(purchase: str) -> None:
        letter = await notices.find_receipt(purchase)
        if letter is not None:
            await mail.send(letter.to, letter.subject, letter.text)

    async def mail_refund(refund: str) -> None:
        letter = await notices.find_refund_letter(refund, words)
        if letter is not None:
            await mail.send(letter.to, letter.subject, letter.text)

    jobs.add(JOB_NOTICES, notices.work)
    jobs.add(JOB_FINISH, notices.finish)
    jobs.add(JOB_RECEIPT, mail_receipt)
    jobs.add(JOB_REFUND, mail_refund)
    jobs.add_periodic("* * * * *", "payments.notices_due", notices.work)
    jobs.add_periodic("* * * * *", "payments.look_at_waiting", notices.look_at_waiting)
    jobs.add_periodic("*/2 * * * *", "payments.finish_all", notices.finish_all)
    jobs.add_periodic("*/2 * * * *", "payments.ask_for_refunds", notices.ask_for_refunds)
    jobs.add_periodic("*/10 * * * *", "payments.catch_up", notices.catch_up)
