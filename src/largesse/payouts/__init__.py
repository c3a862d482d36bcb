"""Money goes out: what a creator has earned, where it goes, and every state of it on its way; rails, one file each.

Owns `payouts.method` (sealed under `.person_key`, which erasing destroys), `.quote`, `.payout`, `.payout_move` (the
legal moves, which the database enforces), `.payout_event` (what happened, for ever), `.approval`, `.ruling`, `.batch`,
`.rate`, `.transfer` (the memory of the rails that have no provider), and `.bank_file`, `.bank_report` and
`.method_note` (what is carried to a bank and back). A payout is `payout:<uuid>` in the books, and
every verb about one is done under its creator's lock there. Payouts leave in batches, between two audits of the whole
books. An attempt is committed before its rail is called, and an outcome that nobody told us is asked for, never
guessed: `reconcile` compares what stands at the rail with our record. News: `payout.changed`, subject the creator.
`letters` says by mail what became of payouts and papers, and what was granted.
`.paper` and `.paper_file` are what a creator shows, sealed under the person's key of accounts, `.paper_look` who looked
at it, `.screening_match` whom an operator's list seems to name; `checks` are the ports that stop a payout by them.
A day's earnings clear by date, never by a job that moves money: see `model.clears_at`.
"""

from largesse.payouts.audit import audit_checks
from largesse.payouts.bank_moves import BankMove, list_bank_moves
from largesse.payouts.checks import ChecksService
from largesse.payouts.model import Balance
from largesse.payouts.personal import erase_person, export_person
from largesse.payouts.rails import configured
from largesse.payouts.sealing import Seals
from largesse.payouts.second_factor import SecondFactor
from largesse.payouts.service import PayoutsService
from largesse.payouts.service_bankfiles import BankFilesService
from largesse.payouts.service_batches import BatchesService
from largesse.payouts.service_grants import GrantsOffice
from largesse.payouts.service_letters import LettersService
from largesse.payouts.service_methods import MethodsService
from largesse.payouts.service_office import PayoutsOffice
from largesse.payouts.service_papers import PapersService
from largesse.payouts.service_papers_office import PapersOffice
from largesse.payouts.service_rails import RailsService
from largesse.payouts.service_requests import RequestsService
from largesse.payouts.withdrawal import Method, Payout, Quote

__all__ = [
    "Balance",
    "BankFilesService",
    "BankMove",
    "BatchesService",
    "ChecksService",
    "GrantsOffice",
    "LettersService",
    "Method",
    "MethodsService",
    "PapersOffice",
    "PapersService",
    "Payout",
    "PayoutsOffice",
    "PayoutsService",
    "Quote",
    "RailsService",
    "RequestsService",
    "Seals",
    "SecondFactor",
    "audit_checks",
    "configured",
    "erase_person",
    "export_person",
    "list_bank_moves",
]
