"""What people type about themselves, as it is kept; raises `Invalid` with the field's name."""

import email_validator

from largesse.accounts import model
from largesse.accounts.lists import COUNTRIES, RESERVED
from largesse.kit.http import Invalid
from largesse.kit.text import BadText


def username_of(given: str) -> str:
    """The username in lower case."""
    username = given.lower()
    if not model.is_username(username):
        raise Invalid.field("username", "2 to 24 of the letters a to z, digits, _ and .")
    if username in RESERVED or username.strip("._") in RESERVED:
        raise Invalid.field("username", "kept for the service")
    if not username.strip("._"):
        raise Invalid.field("username", "needs a letter or a digit")
    if username.startswith("former."):
        raise Invalid.field("username", "kept for people who left")
    return username


def name_of(given: str) -> str:
    """The display name as one NFC line."""
    try:
        return model.display_name(given)
    except BadText as error:
        raise Invalid.field("display_name", str(error)) from error


def email_of(given: str, *, sandbox: bool) -> str:
    """The address, normalised; a sandbox takes the domains of tests too."""
    try:
        found = email_validator.validate_email(given, check_deliverability=False, test_environment=sandbox)
    except email_validator.EmailNotValidError as error:
        raise Invalid.field("email", str(error)) from error
    return found.normalized


def password_of(given: str, *own: str) -> str:
    """The password, where it is not too easy to guess; `own` are the person's names and address."""
    weak = model.weakness(given, *own)
    if weak is not None:
        raise Invalid.field("password", weak)
    return given


def is_country(code: str) -> bool:
    """Whether ISO 3166-1 knows a country by these two capital letters."""
    return code in COUNTRIES


def country_of(given: str) -> str:
    """The country, where ISO 3166 knows it."""
    if not is_country(given):
        raise Invalid.field("country", "not a country of ISO 3166-1, two capital letters")
    return given
