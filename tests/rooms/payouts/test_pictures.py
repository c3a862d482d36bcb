"""A file is taken for what it holds; whatever else is sent is refused in words, and never breaks anything."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from largesse.payouts.pictures import FILE_BYTES_MAX, NotAPicture, media_of
from pictured import chunk, jpeg, pdf, png, webp

WHOLE = {"image/png": png(), "image/jpeg": jpeg(), "image/webp": webp(), "application/pdf": pdf()}
HOSTILE = {
    "nothing": b"",
    "a page": b"<html><script>alert(1)</script></html>",
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "an archive": b"PK\x03\x04" + bytes(60),
    "a program": b"\x7fELF" + bytes(60),
    "a GIF": b"GIF89a" + bytes(20),
    "a page behind a PDF's name": b"%PDF-1.7<html>",
    "a PDF with a script": pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>"),
    "a PDF that starts a program": pdf(b"<< /S /Launch /F (cmd.exe) >>"),
    "a PDF with a file in it": pdf(b"<< /Type /EmbeddedFile >>"),
    "a locked PDF": pdf(b"<< /Encrypt 5 0 R >>"),
    "a PDF behind a page": b"<html>" + pdf(),
    "too many bytes": png(more=chunk(b"teXt", bytes(FILE_BYTES_MAX))),
    "a bomb of a PNG": png(100_000, 100_000),
    "a bomb of a JPEG": jpeg(60_000, 60_000),
    "many pixels within the sides": png(19_999, 19_999),
    "no width": png(0, 4),
    "no height": jpeg(4, 0),
    "a PNG with a page behind it": png() + b"<script>",
    "a PNG whose checksum is wrong": png()[:-1] + b"\0",
    "a PNG of two headers": png(more=chunk(b"IHDR", bytes(13))),
    "a PNG of a giant part": png()[:8] + struct.pack(">I", 2**31) + b"IHDR" + bytes(40),
    "a JPEG without a picture": b"\xff\xd8\xff\xd9",
    "a JPEG of nothing but fill": b"\xff\xd8" + b"\xff" * 100_000,
    "a JPEG that ends in its header": jpeg()[:24],
    "a WebP of another length": webp() + b"x",
    "a WebP without a picture": b"RIFF" + struct.pack("<I", 12) + b"WEBPXXXX" + bytes(4),
}


@pytest.mark.parametrize("media", WHOLE)
def test_what_a_file_is_is_seen_from_what_it_holds(media: str) -> None:
    assert media_of(WHOLE[media]) == media


@pytest.mark.parametrize("what", HOSTILE)
def test_anything_else_is_refused(what: str) -> None:
    with pytest.raises(NotAPicture):
        media_of(HOSTILE[what])


@pytest.mark.parametrize("media", WHOLE)
def test_a_picture_that_was_cut_off_is_refused(media: str) -> None:
    whole = WHOLE[media].rstrip(b"\n")
    for length in range(len(whole)):
        with pytest.raises(NotAPicture):
            media_of(whole[:length])


STARTS = [b"", *(whole[:n] for whole in WHOLE.values() for n in (4, 12, 20, 30))]


@given(start=st.sampled_from(STARTS), rest=st.binary())
def test_no_bytes_at_all_break_the_reading(start: bytes, rest: bytes) -> None:
    with contextlib.suppress(NotAPicture):
        assert media_of(start + rest) in WHOLE
