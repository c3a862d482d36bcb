"""Mail leaves by the configured port, whole, and says when it did not."""

from email import message_from_string
from email.policy import default

import pytest

from largesse.kit.config import BadSettings, Settings
from largesse.kit.mail import Mail, MailFailed
from mailing import served


@pytest.fixture
async def smtp():
    async with served() as found:
        yield found


async def test_a_message_arrives_with_all_its_characters(smtp):
    server, url = smtp
    await Mail(Settings(mail_url=url, mail_from="Largesse <no-reply@largesse.test>")).send(
        "kai@example.org", "Grüße 🎁", "Your link:\nhttps://largesse.test/reset/abc\n"
    )
    message = message_from_string(server.messages[0], policy=default)
    assert (message["to"], message["subject"]) == ("kai@example.org", "Grüße 🎁")
    assert "https://largesse.test/reset/abc" in message.get_content()


async def test_a_message_whose_answer_was_lost_is_the_same_message_when_it_comes_again(smtp):
    server, url = smtp
    mail, server.lost = Mail(Settings(mail_url=url, mail_from="Largesse <no-reply@largesse.test>")), 1
    with pytest.raises(MailFailed):
        await mail.send("kai@example.org", "Hello", "Text", name="7c9")
    for name in ("7c9", "7ca", None, None):
        await mail.send("kai@example.org", "Hello", "Text", name=name)
    named = [message_from_string(text, policy=default)["message-id"] for text in server.messages]
    assert named[:3] == ["<7c9@largesse.test>", "<7c9@largesse.test>", "<7ca@largesse.test>"]
    assert len(set(named)) == 4


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


async def test_a_link_that_stops_mail_stays_whole_however_long_it_is(smtp):
    server, url = smtp
    link = f"https://largesse.test/v1/mail-stops/{'a' * 200}"
    await Mail(Settings(mail_url=url)).send("kai@example.org", "Grüße", "x", stop=link)
    assert (
        f"\r\nList-Unsubscribe: <{link}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in server.messages[0]
    )
