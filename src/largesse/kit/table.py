"""Tables as CSV (RFC 4180) that are safe to open in a spreadsheet."""

import csv as writing
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

Cell = str | int | bool | date | None
# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection).
_FORMULA = tuple("=+-@\t\r")


def csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A line of names, then the rows. Nothing for None, 0 and 1 for no and yes, RFC 3339 for times.

    Text that a spreadsheet would compute begins with an apostrophe, which marks it as text.
    """
    out = io.StringIO()
    writer = writing.writer(out)
    writer.writerow(head)
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return out.getvalue()


def _written(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        return "'" + cell if cell.startswith(_FORMULA) else cell
    return int(cell)
