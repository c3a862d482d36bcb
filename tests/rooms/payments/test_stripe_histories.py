"""Any history of a payment at Stripe, told in any order, late, twice or not at all, ends where Stripe stands."""

import copy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

import stripe_shapes as shapes
from largesse.kit import ids
from largesse.payments.model import Purchase, refund_status
from largesse.payments.providers import stripe_objects as objects
from largesse.payments.providers.port import Seen
from largesse.payments.reconcile import (
    Act,
    DecideDispute,
    DisputeRow,
    Flag,
    GiveAgain,
    Grant,
    Move,
    NoteRefund,
    OpenDispute,
    Record,
    RefundRow,
    TakeBack,
    reconcile,
)

NOW = datetime(2026, 11, 25, tzinfo=UTC)
PRICE = 1399


class Account:
    """One payment at Stripe: its objects as they stand after each step, and the event of each step."""

    def __init__(self) -> None:
        self.intent = shapes.intent("requires_payment_method")
        self.refunds: list[dict[str, Any]] = []
        self.dispute: dict[str, Any] | None = None
        self.warned = False
        self.stands: list[Seen] = []
        self.events: list[objects.Event] = []
        self.tell("payment_intent.created", self.intent)

    def tell(self, kind: str, about: dict[str, Any]) -> None:
        self.stands.append(self.see())
        made = shapes.event(kind, about, f"evt_{len(self.events)}")
        self.events.append(msgspec.convert(copy.deepcopy(made), objects.Event))

    def see(self) -> Seen:
        disputes = [msgspec.convert(self.dispute, objects.Dispute)] if self.dispute else []
        refunds = [msgspec.convert(one, objects.Refund) for one in self.refunds]
        intent = msgspec.convert(copy.deepcopy(self.intent), objects.Intent)
        return objects.see("pi_1", intent, refunds, disputes, warned=self.warned)

    @property
    def paid(self) -> bool:
        return bool(self.intent["status"] == "succeeded")

    def step(self, word: str, amount: int) -> None:
        """One thing that can happen; what cannot happen now does not."""
        before = getattr(self, f"_{word}")
        before(amount)

    def _decline(self, _: int) -> None:
        if self.intent["status"] in {"requires_payment_method", "processing"}:
            error = {"code": "card_declined", "decline_code": "insufficient_funds"}
            self.intent |= {"status": "requires_payment_method", "last_payment_error": error}
            self.tell("payment_intent.payment_failed", self.intent)

    def _process(self, _: int) -> None:
        if self.intent["status"] == "requires_payment_method":
            self.intent |= {"status": "processing", "last_payment_error": None}
            self.tell("payment_intent.processing", self.intent)

    def _cancel(self, _: int) -> None:
        if self.intent["status"] == "requires_payment_method":
            self.intent["status"] = "canceled"
            self.tell("payment_intent.canceled", self.intent)

    def _pay(self, _: int) -> None:
        if self.intent["status"] in {"requires_payment_method", "processing"}:
            self.intent |= {"status": "succeeded", "latest_charge": shapes.charge(), "last_payment_error": None}
            self.tell("payment_intent.succeeded", self.intent)

    def _refund(self, amount: int) -> None:
        left = PRICE - sum(one["amount"] for one in self.refunds if one["status"] != "failed")
        if self.paid and left and not self.dispute:
            status = "pending" if amount % 2 else "succeeded"
            self.refunds.append(shapes.refund(f"re_{len(self.refunds)}", min(amount, left), status))
            self.tell("refund.created", self.refunds[-1])

    def _finish(self, _: int) -> None:
        for one in self.refunds:
            if one["status"] == "pending":
                one["status"] = "succeeded"
                self.tell("refund.updated", one)

    def _turn_away(self, _: int) -> None:
        if self.refunds and self.refunds[-1]["status"] != "failed":
            self.refunds[-1]["status"] = "failed"
            self.tell("refund.failed", self.refunds[-1])

    def _ask(self, _: int) -> None:
        if self.paid and not self.dispute and not self.refunds:
            self.dispute = shapes.dispute("warning_needs_response")
            self.tell("charge.dispute.created", self.dispute)

    def _dispute(self, _: int) -> None:
        if self.paid and not self.refunds and (not self.dispute or not self.dispute["balance_transactions"]):
            self.dispute = shapes.dispute("needs_response", shapes.TAKEN)
            self.tell("charge.dispute.funds_withdrawn", self.dispute)

    def _lose(self, _: int) -> None:
        if self.dispute and self.dispute["balance_transactions"] and self.dispute["status"] == "needs_response":
            self.dispute["status"] = "lost"
            self.tell("charge.dispute.closed", self.dispute)

    def _win(self, _: int) -> None:
        """Also after it was lost."""
        if self.dispute and self.dispute["balance_transactions"] and self.dispute["status"] != "won":
            self.dispute |= {"status": "won", "balance_transactions": [shapes.TAKEN, shapes.GIVEN_BACK]}
            self.tell("charge.dispute.funds_reinstated", self.dispute)

    def _warn(self, _: int) -> None:
        if self.paid and not self.warned:
            self.warned = True
            self.tell("radar.early_fraud_warning.created", shapes.warning())


WORDS = [
    "decline", "process", "cancel", "pay", "refund", "refund", "finish", "turn_away", "ask", "dispute", "lose", "win",
    "warn",
]  # fmt: skip
STEP = st.tuples(st.sampled_from(WORDS), st.integers(1, PRICE))
# Half of them are paid at once: most of what can happen, happens after that.
STEPS = st.builds(lambda first, more: first + more, st.sampled_from([[], [("pay", 1)]]), st.lists(STEP, max_size=14))


def record() -> Record:
    purchase = Purchase(
        id=UUID(shapes.PURCHASE), account=1, bundle_id=None, coins=1000, price_minor=PRICE, tax_minor=0, currency="USD",
        region="US", channel="web", provider="stripe", status="created", created_at=NOW, granted_at=None, history=[],
    )  # fmt: skip
    return Record(
        purchase=purchase, buyer=UUID(shapes.BUYER), product_id=None, refunds=[], disputes=[], sandbox=False,
        tester=False, now=NOW,
    )  # fmt: skip


class Books:
    """Our record, and what was done to coins and money."""

    def __init__(self) -> None:
        self.record = record()
        self.granted = 0
        self.back = 0
        self.disputed = {"opened": 0, "lost": 0, "won": 0}

    def look(self, seen: Seen) -> None:
        for act in reconcile(self.record, seen):
            self.do(act)

    def do(self, act: Act) -> None:
        """What service_settle does, without a database."""
        purchase, refunds, disputes = self.record.purchase, list(self.record.refunds), list(self.record.disputes)
        replace = msgspec.structs.replace
        match act:
            case Move():
                purchase = replace(purchase, status=act.status)
            case Grant():
                self.granted += 1
                purchase = replace(purchase, status="granted", granted_class=act.line)
            case TakeBack() | NoteRefund():
                done = isinstance(act, TakeBack)
                row = RefundRow(
                    id=act.known or ids.new(), ref=act.seen.ref, minor=act.money.minor, currency="USD",
                    status="done" if done else act.seen.status,
                )  # fmt: skip
                refunds = [one for one in refunds if one.id != row.id] + [row]
                if done:
                    purchase = self._gone(purchase, act.money.minor)
            case GiveAgain():
                (row,) = [one for one in refunds if one.id == act.known]
                refunds = [one for one in refunds if one.id != row.id] + [replace(row, status="undone")]
                purchase = self._gone(purchase, -row.minor)
            case OpenDispute():
                self.disputed["opened"] += 1
                disputes.append(DisputeRow(id=ids.new(), ref=act.seen.ref, minor=PRICE, currency="USD", status="open"))
                purchase = replace(purchase, status="disputed")
            case DecideDispute():
                self.disputed[act.seen.status] += 1
                disputes = [replace(one, status=act.seen.status) for one in disputes]
                purchase = replace(purchase, status="dispute_won" if act.seen.status == "won" else "charged_back")
            case Flag():
                purchase = replace(purchase, flags=[*purchase.flags, act.word])
            case _:
                raise AssertionError(act)
        self.record = replace(self.record, purchase=purchase, refunds=refunds, disputes=disputes)

    def _gone(self, purchase: Purchase, minor: int) -> Purchase:
        self.back += minor
        gone = purchase.refunded_minor + minor
        return msgspec.structs.replace(
            purchase, refunded_minor=gone, status=refund_status(purchase, gone) or purchase.status
        )


@settings(max_examples=1000)
@given(steps=STEPS, told=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=20))
def test_events_in_any_order_late_twice_or_lost_end_where_stripe_stands(
    steps: list[tuple[str, int]], told: list[tuple[int, int]]
) -> None:
    account, books = Account(), Books()
    for word, amount in steps:
        account.step(word, amount)
    last = len(account.events) - 1
    # Each is (event, how much later it arrives): a look shows the account as it stands then, not as the event says.
    of = [(event % (last + 1), late % 4) for event, late in told]
    arrivals = sorted((min(event + late, last), event) for event, late in of)
    for when, event in arrivals:
        for ref in objects.refs_of(account.events[event]):
            assert ref == "pi_1"
            books.look(account.stands[when])
    for event in account.events:  # the list of events, read again at the end
        for _ in objects.refs_of(event):
            books.look(account.stands[last])

    purchase, final = books.record.purchase, account.stands[last]
    assert books.granted == int(account.paid)
    done = sum(one["amount"] for one in account.refunds if one["status"] == "succeeded")
    assert (books.back, purchase.refunded_minor) == (done, done)
    told_of = [dispute.status for dispute in final.disputes]
    assert [row.status for row in books.record.disputes] == told_of
    assert books.disputed["opened"] == len(told_of)
    assert set(purchase.flags) >= set(final.flags)
    if not account.paid:
        wanted = {"open": "awaiting_payment", "pending": "pending", "canceled": "canceled"}[final.state]
        assert purchase.status == wanted
    elif told_of:
        assert purchase.status == {"open": "disputed", "won": "dispute_won", "lost": "charged_back"}[told_of[0]]
    else:
        assert purchase.status == ("granted" if not done else "refunded" if done == PRICE else "partially_refunded")


def test_the_histories_reach_every_end() -> None:
    """The machine above can tell stories of every kind: this one is long enough to be worth its name."""
    account = Account()
    for word in ("decline", "process", "decline", "process", "pay", "warn", "ask", "dispute", "lose", "win"):
        account.step(word, 400)
    assert [stand.state for stand in account.stands[:4]] == ["open", "open", "pending", "open"]
    assert [dispute.status for stand in account.stands for dispute in stand.disputes] == ["open", "lost", "won"]
    assert account.stands[-1].flags == ["early-fraud-warning"]
