"""The books: wallets, lots, transfers, the gifts' journal, proofs, audit and export.

Owns the tables of schema `ledger` and is the only room that changes a balance. Invariants: economy.md section 8.
"""

from largesse.ledger.audit import Check, Report, audit
from largesse.ledger.entry import AFTER_LIVE, ANONYMOUS, CONTEXTS, LIVE, VIDEO, Entry, GiftRow, parse_receipt
from largesse.ledger.errors import NotEnoughUnspent, SourceReused
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
    RESTING,
    STRIPES,
    UNDER_AGE,
    Head,
    Journal,
    NoFreeStripe,
    WalletState,
)
from largesse.ledger.keys import Keys, WrongKeys, check_seal, load_keys
from largesse.ledger.lots_read import LotPart, NextCoins, next_coins_cost
from largesse.ledger.model import Finding, Line, Wallet
from largesse.ledger.proofs import Proof
from largesse.ledger.service import LedgerService
from largesse.ledger.statement import Statement, WalletEntry, wallet_entries
from largesse.ledger.transfers import adjust_down, adjust_up, grant_promo, sell_coins
from largesse.ledger.verify import Verdict, verify_file
from largesse.ledger.wallets import OwnLimits, freeze, get_wallet, open_wallet, rest, set_own_limits

__all__ = [
    "AFTER_LIVE",
    "ANONYMOUS",
    "COMMITTER_OPTIONS",
    "CONTEXTS",
    "FROZEN",
    "IN_DEBT",
    "LIVE",
    "RESTING",
    "STRIPES",
    "UNDER_AGE",
    "VIDEO",
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
    "NotEnoughUnspent",
    "OwnLimits",
    "Proof",
    "Report",
    "SourceReused",
    "Statement",
    "Tally",
    "Verdict",
    "Wallet",
    "WalletEntry",
    "WalletState",
    "WrongKeys",
    "adjust_down",
    "adjust_up",
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
    "list_by_ids",
    "list_earnings",
    "list_received",
    "list_sent",
    "list_staged",
    "load_keys",
    "move_reader",
    "next_coins_cost",
    "open_wallet",
    "parse_receipt",
    "read_feed",
    "read_named",
    "rest",
    "sell_coins",
    "set_own_limits",
    "start",
    "tally",
    "verify_file",
    "wallet_entries",
]
