"""A statement of a month as a PDF of A4 pages, in English, as the CSV is: for an accountant, not for a screen.

Its letters are those of the PDF standard's own fonts, so nothing is embedded: names are usernames, which are ASCII.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain

from largesse.kit.money import Money, exponent
from largesse.payouts.monthly import Month

_MARGIN_MM, _LINE_MM = 18, 6
_SUMS_MM = (110, 64)
_DAYS_MM = (26, 20, 30, 36, 30, 32)
_MOVES_MM = (26, 30, 42, 38, 38)
_INK, _FAINT, _RULE = 20, 110, 210
_MILLI = 1_000


def drawn(month: Month, moves: Iterable[Sequence[str]], username: str, made_at: datetime) -> bytes:
    """The PDF. `moves` are what moved besides gifts, each as date, kind, diamonds, gross and fee, already written."""
    from fpdf import FPDF  # noqa: PLC0415 - it loads Pillow, and few processes ever draw a statement
    from fpdf.enums import XPos, YPos  # noqa: PLC0415

    class Pages(FPDF):
        """Pages that say at their foot whose they are, and which of how many."""

        def footer(self) -> None:
            self.set_y(-_MARGIN_MM)
            self.set_font("Helvetica", size=8)
            self.set_text_color(_FAINT)
            self.cell(0, _LINE_MM, f"@{username}  {month.first:%Y-%m}  page {self.page_no()} of {{nb}}", align="C")

    pdf = Pages(format="A4")
    pdf.set_creation_date(made_at)
    pdf.set_title(f"Earnings statement {month.first:%Y-%m}")
    pdf.set_margin(_MARGIN_MM)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN_MM + _LINE_MM)
    pdf.add_page()
    pdf.set_text_color(_INK)
    pdf.set_draw_color(_RULE)

    def say(text: str, size: int, style: str = "", tint: int = _INK) -> None:
        pdf.set_font("Helvetica", style, size)
        pdf.set_text_color(tint)
        pdf.multi_cell(0, size // 2, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        pdf.set_text_color(_INK)

    def table(widths: Sequence[int], head: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> None:
        pdf.set_font("Helvetica", size=9)
        lines = chain([head], rows) if head else rows
        with pdf.table(
            col_widths=tuple(widths), width=sum(widths), align="L", line_height=_LINE_MM,
            borders_layout="HORIZONTAL_LINES",
            text_align=(*(["LEFT"] * words), *(["RIGHT"] * (len(widths) - words))), first_row_as_headings=bool(head),
        ) as grid:  # fmt: skip
            for line in lines:
                grid.row(line)

    say(f"Earnings statement, {month.first:%B %Y}", 18, "B")
    say(f"@{username}. Days and months are UTC. Written {made_at:%Y-%m-%d %H:%M} UTC.", 9, tint=_FAINT)
    if not month.is_over:
        say("This month is not over: its sums will change.", 9, "B")
    pdf.ln(_LINE_MM)
    table(_SUMS_MM, (), _sums(month))
    for title, widths, head, rows, words in (
        ("Earned by day", _DAYS_MM, ("Date", "Gifts", "Coins", "Diamonds", "Value", "Share / hold"), _days(month), 1),
        ("Moved besides", _MOVES_MM, ("Date", "What", "Diamonds", "Gross", "Fee"), list(moves), 2),
    ):
        if rows:
            pdf.ln(_LINE_MM)
            say(title, 12, "B")
            pdf.ln(1)
            table(widths, head, rows, words)
    return bytes(pdf.output())


def diamonds(milli: int) -> str:
    """Milli-diamonds as diamonds with three decimals: the papers of a month add up to the last unit."""
    sign = "-" if milli < 0 else ""
    whole, part = divmod(abs(milli), _MILLI)
    return f"{sign}{whole:,}.{part:03d}"


def amount(money: Money) -> str:
    """Money with its currency's code first."""
    decimals = exponent(money.currency)
    whole, part = divmod(abs(money.minor), 10**decimals)
    sign = "-" if money.minor < 0 else ""
    return f"{money.currency} {sign}{whole:,}" + (f".{part:0{decimals}d}" if decimals else "")


def _sums(month: Month) -> list[Sequence[str]]:
    earned = Money(sum(line.gifted_minor for line in month.days), "USD")
    return [
        ("Diamonds at the beginning", diamonds(month.opening_milli)),
        (f"Earned by gifts, worth {amount(earned)}", diamonds(month.earned_milli)),
        ("Granted", diamonds(month.granted_milli)),
        ("Reversed", diamonds(-month.reversed_milli)),
        ("Withdrawn", diamonds(-month.withdrawn_milli)),
        ("Given back", diamonds(month.given_back_milli)),
        ("Diamonds at the end", diamonds(month.closing_milli)),
    ]


def _days(month: Month) -> list[Sequence[str]]:
    return [
        (
            line.earning.day.isoformat(), f"{line.earning.gifts:,}", f"{line.earning.coins:,}",
            diamonds(line.gifted_milli), amount(Money(line.gifted_minor, "USD")),
            f"{Decimal(line.policy.share_bps).scaleb(-2).normalize():f} % / {line.policy.hold_days} d",
        )
        for line in month.days
    ]  # fmt: skip
