"""Who people are: sign-up, sessions, second factor, roles, age, terms, follows, gifters' levels, hosts, every bearer.

Owns the tables of schema `accounts`. Names live here and nowhere else, so that a person can be erased: other rooms
keep integer keys. Only hashes of tokens and passwords are stored; what must be read again is sealed under a person's
own key, which erasing destroys (`PersonalKeys`). Events: NATS `bearer.revoked` (32-byte hashes),
`account.changed` (a key), `account.graded` (a JSON list of keys); outbox `follow` (subject: who is followed, body
{"follower": key, "followed": key}), `account.verified` (subject and body: whose address was proved, once),
and `account.second_factor` (body {"account": key, "change": on, off or reset}).
"""

from largesse.accounts.bearers import KEY_MARK, hash_of, new_token
from largesse.accounts.checks import (
    accepted_terms,
    is_adult,
    list_ages,
    list_followed,
    require_fresh_second_factor,
)
from largesse.accounts.errors import (
    FreshSecondFactorNeeded,
    PayoutUnderWay,
    SecondFactorOff,
    StillHolds,
    TermsNotAccepted,
    TooYoung,
    UnderAge,
    UsernameTaken,
    WrongSecondFactor,
)
from largesse.accounts.fields import is_country
from largesse.accounts.model import (
    ACCOUNT_PREFIX,
    HOST_PREFIX,
    Account,
    Badge,
    Device,
    Holdings,
    Host,
    NewAccount,
    NewPerson,
    Person,
    PersonBody,
    SignedIn,
    person_body,
    principal_body,
)
from largesse.accounts.personal import PERSONAL_FILE, PersonalKeys, WrongPersonalSecret
from largesse.accounts.routes import routes
from largesse.accounts.service import AccountsService
from largesse.accounts.service_me import EMAIL_VERIFIED, FOLLOWED
from largesse.accounts.service_second_factor import SECOND_FACTOR
from largesse.accounts.store import (
    ApiKey,
    HostUser,
    add_given,
    approve_key,
    find_account,
    get_account,
    insert_key,
    list_keys,
    lock_key,
    resolve_senders,
    revoke_key,
)
from largesse.accounts.store_hosts import find_host, names_of_keys

__all__ = [
    "ACCOUNT_PREFIX",
    "EMAIL_VERIFIED",
    "FOLLOWED",
    "HOST_PREFIX",
    "KEY_MARK",
    "PERSONAL_FILE",
    "SECOND_FACTOR",
    "Account",
    "AccountsService",
    "ApiKey",
    "Badge",
    "Device",
    "FreshSecondFactorNeeded",
    "Holdings",
    "Host",
    "HostUser",
    "NewAccount",
    "NewPerson",
    "PayoutUnderWay",
    "Person",
    "PersonBody",
    "PersonalKeys",
    "SecondFactorOff",
    "SignedIn",
    "StillHolds",
    "TermsNotAccepted",
    "TooYoung",
    "UnderAge",
    "UsernameTaken",
    "WrongPersonalSecret",
    "WrongSecondFactor",
    "accepted_terms",
    "add_given",
    "approve_key",
    "find_account",
    "find_host",
    "get_account",
    "hash_of",
    "insert_key",
    "is_adult",
    "is_country",
    "list_ages",
    "list_followed",
    "list_keys",
    "lock_key",
    "names_of_keys",
    "new_token",
    "person_body",
    "principal_body",
    "require_fresh_second_factor",
    "resolve_senders",
    "revoke_key",
    "routes",
]
