"""Files as stores pack them, unpacked within bounds: what grows beyond a report's size is refused as it grows."""

import io
import zipfile
import zlib

from largesse.payments.errors import ReportRefused
from largesse.payments.reconciling.lines import BYTES_MAX

_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_ENCRYPTED = 1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def unzip(raw: bytes) -> bytes:
    """The one CSV of a zip file; what is no zip file is given back as it is. Raises `ReportRefused`."""
    if not raw.startswith(_ZIP):
        return raw
    if len(raw) > BYTES_MAX:
        raise ReportRefused("too-large", f"over {BYTES_MAX:,} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            files = [one for one in packed.infolist() if not one.is_dir()]
            if len(files) != 1 or not files[0].filename.lower().endswith(".csv"):
                raise ReportRefused("not-whole", f"the zip file holds {len(files)} files, not one CSV")
            if files[0].flag_bits & _ENCRYPTED or files[0].compress_type not in _METHODS:
                raise ReportRefused("not-whole", "the zip file is encrypted, or of a kind that is not read")
            with packed.open(files[0]) as file:
                found = file.read(BYTES_MAX + 1)  # whatever size it says of itself
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise ReportRefused("not-whole", f"not a whole zip file: {error}"[:200]) from error
    if len(found) > BYTES_MAX:
        raise ReportRefused("too-large", f"unpacked over {BYTES_MAX:,} bytes")
    return found


def gunzip(raw: bytes) -> bytes:
    """What a gzip file holds; what is none is given back as it is. Raises `ReportRefused`."""
    if not raw.startswith(_GZIP):
        return raw
    if len(raw) > BYTES_MAX:
        raise ReportRefused("too-large", f"over {BYTES_MAX:,} bytes")
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = unpacking.decompress(raw, BYTES_MAX + 1)
    except zlib.error as error:
        raise ReportRefused("not-whole", f"not a whole gzip file: {error}"[:200]) from error
    if len(found) > BYTES_MAX:
        raise ReportRefused("too-large", f"unpacked over {BYTES_MAX:,} bytes")
    if not unpacking.eof or unpacking.unused_data:
        raise ReportRefused("not-whole", "the gzip file is cut short, or something stands behind it")
    return found
