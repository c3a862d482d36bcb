"""Small pictures of every kind that is taken, made by hand."""

import struct
import zlib


def png(width: int = 2, height: int = 2, *, more: bytes = b"") -> bytes:
    rows = zlib.compress(b"".join(b"\0" + b"\x7f" * 3 * min(width, 8) for _ in range(min(height, 8))))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def jpeg(width: int = 640, height: int = 400) -> bytes:
    frame = struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    return (
        b"\xff\xd8"
        + app
        + b"\xff\xc0"
        + frame
        + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
        + b"\x12" * 9
        + b"\xff\xd9"
    )


def webp(width: int = 640, height: int = 400) -> bytes:
    bits = struct.pack("<I", (width - 1) | (height - 1) << 14)
    body = b"WEBPVP8L" + struct.pack("<I", 9) + b"\x2f" + bits + b"\0" * 5
    return b"RIFF" + struct.pack("<I", len(body)) + body


def pdf(more: bytes = b"") -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + more + b"\ntrailer << /Root 1 0 R >>\n%%EOF\n"
