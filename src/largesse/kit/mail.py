"""Mail out: `console:` writes to standard output, `smtp://` and `smtps://` hand over to a server.

`smtp://user:password@host:587` begins TLS where the server offers it, and always before a password is sent.
"""

import asyncio
import smtplib
import ssl
import sys
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate, make_msgid
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

from largesse.kit.config import BadSettings, Settings

_TIMEOUT_S = 20
_PORTS = {"smtp": 25, "smtps": 465}
_STOP = "List-Unsubscribe"


class MailFailed(Exception):  # noqa: N818 - what happened
    """The server did not take the message; trying again later may help."""


class _WholeLinks(EmailPolicy):
    """Leaves a link as it is: a long word would else be written as an encoded one, which no client follows."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """One line of the header of a link; others are folded as always."""
        return f"{name}: {value}{self.linesep}".encode("ascii") if name == _STOP else super().fold_binary(name, value)


class Letter(msgspec.Struct, frozen=True):
    """A mail."""

    to: str
    subject: str
    text: str


class Mail:
    """The port through which mail leaves. It keeps no connection: mail is rare, and a job sends it."""

    def __init__(self, settings: Settings) -> None:
        self._server = urlsplit(settings.mail_url)
        self._sender = settings.mail_from
        if self._server.scheme != "console" and not (self._server.scheme in _PORTS and self._server.hostname):
            raise BadSettings("largesse: LARGESSE_MAIL_URL is console:, or smtp[s]://user:password@host:port")

    async def send(self, to: str, subject: str, text: str, *, name: str | None = None, stop: str | None = None) -> None:
        """Hand one plain-text message over; raises `MailFailed`.

        `name` is the letter's own (letters, digits, dots and dashes; None: it has none). Nobody can know whether a
        server that fell silent took a message; one that is handed over again under its name has the same `Message-ID`,
        by which a mailbox knows it (RFC 5322, 3.6.4).
        `stop` is the address to which a mailbox posts where its owner wants no more of these (RFC 8058).
        Nothing goes to `crowd.example`, where only simulated people live (`.example` is nobody's: RFC 2606).
        """
        if to.endswith("@crowd.example"):
            return
        message = EmailMessage(policy=_WholeLinks())
        message["From"] = self._sender
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = formatdate(usegmt=True)
        domain = self._sender.rpartition("@")[2].strip("> ") or "localhost"
        message["Message-ID"] = f"<{name}@{domain}>" if name else make_msgid(domain=domain)
        if stop is not None:
            message[_STOP] = f"<{stop}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(text)
        if self._server.scheme == "console":
            sys.stdout.write(f"\n--- mail to {to}: {subject}\n{text}\n---\n")
            sys.stdout.flush()
            return
        try:
            await asyncio.to_thread(_hand_over, self._server, message)
        except (OSError, smtplib.SMTPException) as error:
            raise MailFailed(f"{self._server.hostname}: {type(error).__name__}") from error


def _hand_over(server: SplitResult, message: EmailMessage) -> None:
    host, port = server.hostname or "", server.port or _PORTS[server.scheme]
    tls = ssl.create_default_context()
    if server.scheme == "smtps":
        with smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=tls) as secure:
            _log_in(secure, server)
            secure.send_message(message)
        return
    with smtplib.SMTP(host, port, timeout=_TIMEOUT_S) as plain:
        plain.ehlo()
        if server.username or plain.has_extn("starttls"):
            plain.starttls(context=tls)
            plain.ehlo()
        _log_in(plain, server)
        plain.send_message(message)


def _log_in(connection: smtplib.SMTP, server: SplitResult) -> None:
    if server.username:
        connection.login(unquote(server.username), unquote(server.password or ""))
