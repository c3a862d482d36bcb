"""The books: wallets, lots, transfers, the gifts' journal, proofs, audit and export.

Owns the tables of schema `ledger` and is the only room that changes a balance. Invariants: economy.md section 8.
"""

from largesse.ledger.audit import Check, Report, audit
from largesse.ledger.disputes import lose_dispute, open_dispute, win_dispute
from largesse.ledger.entry import AFTER_LIVE, ANONYMOUS, CONTEXTS, LIVE, VIDEO, Entry, GiftRow, parse_receipt
from largesse.ledger.errors import (
    NotEnoughUnallocated,
    NotEnoughUnspent,
    SourceReused,
    UnknownDispute,
    UnknownPurchase,
    UnknownRefund,
)
from largesse.ledger.export import export_books
from largesse.ledger.feed import (
    Cursor,
    EarningDay,
    Feed,
    Named,
    Tally,
    decode_cursor,
    encode_cursor,
    find_by_receipt,
    find_gift,
    get_reader,
    heads,
    list_by_ids,
    list_earnings,
    list_received,
    list_sent,
    list_staged,
    move_reader,
    read_feed,
    read_named,
    start,
    tally,
)
from largesse.ledger.journal import (
    COMMITTER_OPTIONS,
    FROZEN,
    IN_DEBT,
    STRIPES,
    UNDER_AGE,
    Head,
    Journal,
    NoFreeStripe,
    WalletState,
    skip_batches,
)
from largesse.ledger.keys import SECRET_FILES, Keys, WrongKeys, check_seal, load_keys
from largesse.ledger.lots_read import LotPart, NextCoins, next_coins_cost
from largesse.ledger.model import Finding, Line, Taken, Via, Wallet
from largesse.ledger.parts import TOPIC as GIFT_REVERSED
from largesse.ledger.proofs import Proof
from largesse.ledger.selling import adjust_down, adjust_up, grant_promo, sell_coins
from largesse.ledger.service import LedgerService
from largesse.ledger.statement import Statement, WalletEntry, wallet_entries
from largesse.ledger.taking import TOPIC_WALLET as WALLET_CHANGED
from largesse.ledger.taking import refund_coins, restore_refund
from largesse.ledger.unallocated import allocate, hold_unallocated, send_back
from largesse.ledger.verify import Verdict, verify_file
from largesse.ledger.wallets import freeze, get_wallet, list_freezes, open_wallet

__all__ = [
    "AFTER_LIVE",
    "ANONYMOUS",
    "COMMITTER_OPTIONS",
    "CONTEXTS",
    "FROZEN",
    "GIFT_REVERSED",
    "IN_DEBT",
    "LIVE",
    "SECRET_FILES",
    "STRIPES",
    "UNDER_AGE",
    "VIDEO",
    "WALLET_CHANGED",
    "Check",
    "Cursor",
    "EarningDay",
    "Entry",
    "Feed",
    "Finding",
    "GiftRow",
    "Head",
    "Journal",
    "Keys",
    "LedgerService",
    "Line",
    "LotPart",
    "Named",
    "NextCoins",
    "NoFreeStripe",
    "NotEnoughUnallocated",
    "NotEnoughUnspent",
    "Proof",
    "Report",
    "SourceReused",
    "Statement",
    "Taken",
    "Tally",
    "UnknownDispute",
    "UnknownPurchase",
    "UnknownRefund",
    "Verdict",
    "Via",
    "Wallet",
    "WalletEntry",
    "WalletState",
    "WrongKeys",
    "adjust_down",
    "adjust_up",
    "allocate",
    "audit",
    "check_seal",
    "decode_cursor",
    "encode_cursor",
    "export_books",
    "find_by_receipt",
    "find_gift",
    "freeze",
    "get_reader",
    "get_wallet",
    "grant_promo",
    "heads",
    "hold_unallocated",
    "list_by_ids",
    "list_earnings",
    "list_freezes",
    "list_received",
    "list_sent",
    "list_staged",
    "load_keys",
    "lose_dispute",
    "move_reader",
    "next_coins_cost",
    "open_dispute",
    "open_wallet",
    "parse_receipt",
    "read_feed",
    "read_named",
    "refund_coins",
    "restore_refund",
    "sell_coins",
    "send_back",
    "skip_batches",
    "start",
    "tally",
    "verify_file",
    "wallet_entries",
    "win_dispute",
]
