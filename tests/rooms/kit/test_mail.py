"""Mail leaves by the configured port, whole, and says when it did not."""

import asyncio
from collections.abc import AsyncIterator
from email import message_from_string
from email.policy import default

import pytest

from largesse.kit.config import BadSettings, Settings
from largesse.kit.mail import Mail, MailFailed


class Server:
    """As much of RFC 5321 as a client needs; refuses recipients at `refused.example`."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.upper()
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                text = (await reader.readuntil(b"\r\n.\r\n")).decode()
                self.messages.append(text.removesuffix(".\r\n"))
                writer.write(b"250 taken\r\n")
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"550 no\r\n" if "refused.example" in line else b"250 fine\r\n")
        writer.close()


@pytest.fixture
async def smtp() -> AsyncIterator[tuple[Server, str]]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    yield server, f"smtp://127.0.0.1:{port}"
    listening.close()
    await listening.wait_closed()


async def test_a_message_arrives_with_all_its_characters(smtp):
    server, url = smtp
    await Mail(Settings(mail_url=url, mail_from="Largesse <no-reply@largesse.test>")).send(
        "kai@example.org", "Grüße 🎁", "Your link:\nhttps://largesse.test/reset/abc\n"
    )
    message = message_from_string(server.messages[0], policy=default)
    assert (message["to"], message["subject"]) == ("kai@example.org", "Grüße 🎁")
    assert "https://largesse.test/reset/abc" in message.get_content()


async def test_a_refused_message_is_a_failure_that_can_be_tried_again(smtp):
    with pytest.raises(MailFailed):
        await Mail(Settings(mail_url=smtp[1])).send("kai@refused.example", "Hello", "Text")


async def test_a_server_that_is_away_is_a_failure_that_can_be_tried_again():
    with pytest.raises(MailFailed):
        await Mail(Settings(mail_url="smtp://127.0.0.1:9")).send("kai@example.org", "Hello", "Text")


async def test_a_password_is_never_sent_to_a_server_without_tls(smtp):
    server, url = smtp
    with pytest.raises(MailFailed):
        await Mail(Settings(mail_url=url.replace("//", "//kai:secret@"))).send("kai@example.org", "Hello", "Text")
    assert server.messages == []


async def test_a_header_cannot_be_smuggled_in():
    with pytest.raises(ValueError, match="linefeed"):
        await Mail(Settings()).send("kai@example.org\nBcc: all@example.org", "Hello", "Text")


async def test_the_console_shows_the_message(capsys):
    await Mail(Settings()).send("kai@example.org", "Hello", "A link")
    assert "kai@example.org: Hello\nA link" in capsys.readouterr().out


@pytest.mark.parametrize("url", ["", "file:/tmp/mail", "smtp:", "smtp://"])
def test_an_address_that_cannot_be_used_ends_the_program(url):
    with pytest.raises(BadSettings):
        Mail(Settings(mail_url=url))
