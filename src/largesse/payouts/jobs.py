"""What payouts do later and by the clock."""

from typing import TYPE_CHECKING

from largesse.kit.jobs import Jobs
from largesse.payouts.service_requests import JOB

if TYPE_CHECKING:
    from largesse.payouts.service_rails import RailsService


def register(jobs: Jobs, rails: "RailsService") -> None:
    """Add this room's tasks. Handing over is none: with the audits around it, it may take longer than a job may."""
    jobs.add(JOB, rails.ask)
    jobs.add_periodic("* * * * *", "payouts.work_due", rails.ask)
