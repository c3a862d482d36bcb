"""The commands over the books: audit, export, verify."""

import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path

import click
import msgspec

from largesse import insights, ledger, payments, payouts
from largesse.kit.config import Settings
from largesse.kit.db import Database


async def run_audit(settings: Settings, *, as_json: bool) -> bool:
    """Audit the running books; prints progress to standard error and the report to standard output."""
    db = Database(settings.database_url, connections_max=2)
    await db.open()
    try:
        keys = ledger.load_keys(settings.data_path)
        report = await ledger.audit(db, keys, checks=checks(), progress=_progress)
    finally:
        await db.close()
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report)).decode())
    else:
        _print_report(report)
    return report.ok


def checks() -> list[ledger.Check]:
    """What rooms prove beside the books' own."""
    return [*payments.audit_checks(), *payouts.audit_checks(), *insights.audit_checks()]


def _print_report(report: ledger.Report) -> None:
    for check in report.checks:
        mark = "holds" if not check.findings else f"{check.findings} FINDINGS"
        click.echo(f"{check.promise:>3}  {check.name:<60} {check.seconds:>8.3f} s  {mark}")
    for finding in report.findings:
        click.echo(f"     {finding}")
    verdict = "the books hold" if report.ok else "the books do NOT hold"
    click.echo(f"{verdict}: {report.gifts:,} gifts, {report.batches:,} batches, {report.seconds} s")


def _progress(what: str, done: int, of: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done >= of else ""
        click.echo(f"\r{what}: {done:,} of {of:,}{end}", err=True, nl=False)


async def run_export(settings: Settings, form: str, output: Path | None) -> None:
    """Write the journal in a format, in bounded memory."""
    with ExitStack() as stack:
        # Not sys.stdout.buffer: under PYTHONUNBUFFERED that is the bare descriptor, whose short writes nobody notices.
        target = output or sys.stdout.fileno()
        file = stack.enter_context(open(target, "wb", closefd=output is not None))  # noqa: ASYNC230
        entries = await asyncio.to_thread(ledger.export_books, settings.database_url, form, file)
    click.echo(f"{entries:,} entries", err=True)


def run_verify(file: Path, keys: Path | None, *, as_json: bool) -> bool:
    """Check a proof; prints the verdict."""
    verdict = ledger.verify_file(file, keys)
    if as_json:
        click.echo(msgspec.json.encode(verdict).decode())
    else:
        click.echo(("holds: " if verdict.ok else "does NOT hold: ") + verdict.reason)
        if verdict.recorded_at is not None:
            click.echo(f"recorded at {verdict.recorded_at.isoformat()}")
        if verdict.ok and not verdict.published:
            click.echo(f"signed by key {verdict.key_id}: compare it with the service's /.well-known/largesse-keys.json")
    return verdict.ok
