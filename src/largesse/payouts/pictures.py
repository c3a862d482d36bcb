"""Telling what an uploaded file is by what it holds, never by its name or what its sender says.

Taken are JPEG, PNG, WebP and PDF, whole and of a size that a browser can show: a picture that is small in bytes and
huge in pixels is a trap for whoever looks at it. Nothing is decoded here. Sources: ITU-T T.81, annex B (JPEG), the PNG
specification (third edition), RFC 9649 (WebP), ISO 32000-2 (PDF).
"""

import re
import struct
import zlib
from typing import Literal

Media = Literal["image/jpeg", "image/png", "image/webp", "application/pdf"]
FILE_BYTES_MAX = 5_000_000
SIDE_PIXELS_MAX = 20_000
PIXELS_MAX = 100_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNK_BYTES = 12  # length, name, checksum
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG's markers that begin a frame
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # JPEG's markers without a length
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, b"\xff\xd9"
_PDF = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[\r\n]")
_PDF_TAIL_BYTES = 1024
_PDF_REFUSED = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/Encrypt")


class NotAPicture(ValueError):  # noqa: N818 - it says what is wrong with the file
    """Why a file cannot be used, in a few words for whoever sent it."""


def media_of(content: bytes) -> Media:
    """What a file is. Raises `NotAPicture` for anything else, and for what is broken or too big.

    A PDF that names a script, a program to start, a file inside it or a password in plain sight is refused too;
    one that hides them is not found out here, so whoever looks at it opens it apart.
    """
    if not content:
        raise NotAPicture("is empty")
    if len(content) > FILE_BYTES_MAX:
        raise NotAPicture(f"is larger than {FILE_BYTES_MAX} bytes")
    try:
        if content.startswith(b"\xff\xd8\xff"):
            return _sized("image/jpeg", *_jpeg(content))
        if content.startswith(_PNG):
            return _sized("image/png", *_png(content))
        if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
            return _sized("image/webp", *_webp(content))
    except (IndexError, struct.error) as error:
        raise NotAPicture("ends too early") from error
    if _PDF.match(content):
        return _pdf(content)
    raise NotAPicture("is not a JPEG, PNG, WebP or PDF")


def _sized(media: Media, width: int, height: int) -> Media:
    if not (0 < width <= SIDE_PIXELS_MAX and 0 < height <= SIDE_PIXELS_MAX and width * height <= PIXELS_MAX):
        raise NotAPicture("has too many pixels, or none")
    return media


def _jpeg(content: bytes) -> tuple[int, int]:
    """Width and height of its first frame, which is followed by a scan."""
    at, size = 2, None
    while True:
        if content[at] != 0xFF:  # noqa: PLR2004 - every marker begins with it
            raise NotAPicture("is a broken JPEG")
        marker = content[at + 1]
        at += 1 if marker == 0xFF else 2  # noqa: PLR2004 - markers may be padded with it
        if marker == 0xFF or marker in _ALONE:  # noqa: PLR2004
            continue
        if marker == _START_OF_SCAN and size is not None and _END_OF_IMAGE in content[at:]:
            return size
        if marker in {_START_OF_SCAN, _END_OF_IMAGE[1], 0x00}:
            raise NotAPicture("is a JPEG without a picture")
        (length,) = struct.unpack_from(">H", content, at)
        if marker in _FRAMES and size is None:
            height, width = struct.unpack_from(">HH", content, at + 3)
            size = (width, height)
        at += max(2, length)


def _png(content: bytes) -> tuple[int, int]:
    """Width and height of its header; every part must have its checksum, and nothing may follow the last."""
    at, size, has_pixels = len(_PNG), None, False
    while at < len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        body = content[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", content, at + 8 + length)
        if len(body) != length or zlib.crc32(name + body) != checksum:
            raise NotAPicture("is a broken PNG")
        at += length + _PNG_CHUNK_BYTES
        if (name == b"IHDR") != (size is None):
            raise NotAPicture("is a PNG whose header is not its first part")
        if size is None:
            size = struct.unpack_from(">II", body)
        has_pixels = has_pixels or name == b"IDAT"
        if name == b"IEND":
            break
    else:
        raise NotAPicture("ends too early")
    if at != len(content) or not has_pixels:
        raise NotAPicture("is a PNG with something behind it, or without a picture")
    return size


def _webp(content: bytes) -> tuple[int, int]:
    """Width and height; its length must be the file's."""
    (length,) = struct.unpack_from("<I", content, 4)
    if length + 8 != len(content):
        raise NotAPicture("is a WebP of another length than it says")
    kind, body = content[12:16], content[20:]
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(_all(body[7:10], 3), "little")
    if kind == b"VP8L" and body[0] == 0x2F:  # noqa: PLR2004 - its signature
        (bits,) = struct.unpack_from("<I", body, 1)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    raise NotAPicture("is a WebP without a picture")


def _all(part: bytes, length: int) -> bytes:
    if len(part) != length:
        raise IndexError
    return part


def _pdf(content: bytes) -> Media:
    if b"%%EOF" not in content[-_PDF_TAIL_BYTES:]:
        raise NotAPicture("is a PDF that ends too early")
    for name in _PDF_REFUSED:
        if name in content:
            raise NotAPicture(f"is a PDF with {name[1:].decode()} in it")
    return "application/pdf"
