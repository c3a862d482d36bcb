"""`largesse audit`: proves on a live database, in one snapshot, that the books hold.

Sums are compared by set-based statements while every leaf, tree and chain is computed again from the rows themselves.
The numbers of promises are those of docs/reference/invariants.md. Other rooms add checks of their own.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from largesse.kit import trail
from largesse.kit.db import Database, ReadTx, sql
from largesse.ledger import audit_chain, checkpoints
from largesse.ledger.keys import Keys, WrongKeys
from largesse.ledger.model import Finding
from largesse.ledger.verify import follows, signature_holds

FINDINGS_MAX = 1000  # of each check
_CHECKPOINTS_A_READ = 500
_UNHURRIED = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"

Progress = Callable[[str, int, int], None]
"""Called with a check's name, how much of it is done, and of how much; sums are 0 of 1, then 1 of 1."""


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold. `run` returns what does not; it only reads, and what it reads is one moment."""

    promise: int
    name: str
    run: Callable[[ReadTx], Awaitable[list[Finding]]]


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a check ended."""

    promise: int
    name: str
    seconds: float
    findings: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit found. `ok` where there is no finding; a check names at most FINDINGS_MAX."""

    ok: bool
    at: datetime
    gifts: int
    batches: int
    checkpoints: int
    seconds: float
    checks: list[CheckResult]
    findings: list[Finding]


async def audit(
    db: Database, keys: Keys, *, checks: Sequence[Check] = (), progress: Progress = lambda _name, _done, _all: None
) -> Report:
    """Prove the books. Raises `WrongKeys` where the keys are not those with which the books began."""
    started = time.monotonic()
    async with db.read() as tx:
        await tx.connection.execute(_UNHURRIED)
        await _check_keys(tx, keys)
        at = await tx.scalar("SELECT now()")
        snapshot = await tx.scalar("SELECT pg_export_snapshot()")
        chains = asyncio.create_task(
            asyncio.to_thread(audit_chain.walk, db.url, snapshot, keys.salt_secret, FINDINGS_MAX, progress)
        )
        try:
            results, findings = await _run_all(tx, [*_own_checks(keys), *checks], progress)
            walk = await chains
        finally:
            await asyncio.gather(chains, return_exceptions=True)
        signed = await tx.scalar("SELECT count(*) FROM ledger.checkpoint")
    results.append(
        CheckResult(promise=9, name="leaves, trees and chains", seconds=walk.seconds, findings=len(walk.findings))
    )
    findings += walk.findings
    return Report(
        ok=not findings,
        at=at,
        gifts=walk.gifts,
        batches=walk.batches,
        checkpoints=signed,
        seconds=round(time.monotonic() - started, 3),
        checks=sorted(results, key=lambda r: (r.promise, r.name)),
        findings=findings,
    )


def _own_checks(keys: Keys) -> list[Check]:
    async def signed(tx: ReadTx) -> list[Finding]:
        return await _checkpoints(tx, keys)

    return [
        _statement(1, "entries sum to zero", "audit_entries"),
        Check(2, "wallets equal their lots, transfers and gifts", _wallets),
        _statement(2, "postings name their batches", "audit_postings"),
        _statement(2, "debts and freezes have their causes", "audit_debts"),
        _statement(4, "diamonds follow from coins and policy", "audit_gifts"),
        _statement(4, "test money earns nothing", "audit_test_money"),
        _statement(4, "gifts stand once, and the guards are on", "audit_once"),
        _statement(5, "lots lie end to end", "audit_lots"),
        _statement(2, "hours are closed once, at what their coins cost", "audit_closing"),
        _statement(2, "frozen months are what they were", "audit_periods"),
        _statement(6, "stripes sum to what creators are shown", "audit_earnings"),
        _statement(6, "what is reversed and held is parts of gifts", "audit_parts"),
        _statement(6, "granted diamonds are what their entries say", "audit_grants"),
        _statement(6, "what creators owe is parts of gifts, set off once", "audit_receivables"),
        _statement(7, "payouts take what was earned, once", "audit_payouts"),
        _statement(8, "nothing is made or lost on the way", "audit_conservation"),
        _statement(9, "stripes end at their last batch", "audit_heads"),
        Check(9, "checkpoints are signed and cover the books", signed),
        Check(9, "the staff trail is unbroken", _trail),
    ]


def _statement(promise: int, name: str, statement: str) -> Check:
    async def run(tx: ReadTx) -> list[Finding]:
        found = await (await tx.execute(sql("ledger", statement))).fetchall()
        return [Finding(promise, about, detail) for about, detail in found]

    return Check(promise, name, run)


async def _run_all(tx: ReadTx, checks: Sequence[Check], progress: Progress) -> tuple[list[CheckResult], list[Finding]]:
    results: list[CheckResult] = []
    findings: list[Finding] = []
    for check in checks:
        progress(check.name, 0, 1)
        started = time.monotonic()
        found = await check.run(tx)
        seconds = round(time.monotonic() - started, 3)
        results.append(CheckResult(promise=check.promise, name=check.name, seconds=seconds, findings=len(found)))
        findings += found[:FINDINGS_MAX]
        progress(check.name, 1, 1)
    return results, findings


async def _check_keys(tx: ReadTx, keys: Keys) -> None:
    seal = await tx.scalar(sql("ledger", "get_seal"))
    if seal is not None and seal != keys.seal():
        raise WrongKeys("largesse: these books began with other secrets: audit with the first data directory's")


async def _wallets(tx: ReadTx) -> list[Finding]:
    found = await (await tx.execute(sql("ledger", "audit_wallets"))).fetchall()
    findings = [Finding(2, about, detail) for about, detail in found]
    accounts = [int(match[1]) for about, _ in found if (match := re.search(r"(\d+)$", about))]
    if accounts:
        gaps = await (await tx.execute(sql("ledger", "audit_gaps"), {"accounts": accounts})).fetchall()
        findings += [Finding(2, about, detail) for about, detail in gaps]
    return findings


async def _checkpoints(tx: ReadTx, keys: Keys) -> list[Finding]:
    """Every checkpoint follows the one before, is signed by one of our keys, and signed what the books have.

    How far apart they are is no fault: an idle service signs once an hour (checkpoints.QUIET_S_MAX).
    """
    publics = {key.key_id: bytes.fromhex(key.public_key) for key in keys.document().keys}
    findings: list[Finding] = []
    before: checkpoints.Signed | None = None
    while True:
        page = await tx.all(
            checkpoints.Signed,
            sql("ledger", "checkpoints_after"),
            {"after": before.n if before else 0, "n": _CHECKPOINTS_A_READ},
        )
        if not page:
            return findings
        heads: list[tuple[int, checkpoints.Head]] = []
        for signed in page:
            checkpoint = checkpoints.decode(signed.body)
            reason = _reason(signed, checkpoint, before, publics)
            if reason:
                findings.append(Finding(9, f"checkpoint {signed.n}", reason))
            if checkpoint:
                heads += [(signed.n, head) for head in checkpoint.heads]
            before = signed
        params = {
            "checkpoints": [n for n, _ in heads],
            "stripes": [head.stripe for _, head in heads],
            "ns": [head.n for _, head in heads],
            "chains": [head.chain for _, head in heads],
        }
        wrong = await (await tx.execute(sql("ledger", "audit_heads_signed"), params)).fetchall()
        findings += [Finding(9, about, detail) for about, detail in wrong]


def _reason(
    signed: checkpoints.Signed,
    checkpoint: checkpoints.Checkpoint | None,
    before: checkpoints.Signed | None,
    publics: dict[str, bytes],
) -> str:
    if checkpoint is None or (checkpoint.number, checkpoint.at) != (signed.n, signed.at):
        return "is not written as the service writes one"
    if signed.n != (before.n + 1 if before else 1):
        return "does not have the number after the one before it"
    if not (follows(signed.body, before.body) if before else checkpoint.previous == checkpoints.ZERO):
        return "does not name the one before it"
    public_key = publics.get(signed.key_id)
    if public_key is None:
        return f"is signed by key {signed.key_id}, which is not ours"
    return "" if signature_holds(public_key, signed.body, signed.signature) else "its signature does not hold"


async def _trail(tx: ReadTx) -> list[Finding]:
    check = await trail.verify(tx)
    if check.broken_at is None:
        return []
    return [Finding(9, f"staff trail row {check.broken_at}", "does not follow from the row before it")]
