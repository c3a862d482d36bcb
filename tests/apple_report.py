"""Apple's financial reports, made up in the shapes of its published page."""

HEAD = (
    "Start Date\tEnd Date\tUPC\tISRC/ISBN\tVendor Identifier\tQuantity\tPartner Share\tExtended Partner Share\t"
    "Partner Share Currency\tSales or Return\tApple Identifier\tArtist/Show/Developer/Author\tTitle\t"
    "Label/Studio/Network/Developer/Publisher\tGrid\tProduct Type Identifier\tISAN/Other Identifier\tCountry Of Sale\t"
    "Pre-order Flag\tPromo Code\tCustomer Price\tCustomer Currency"
)
DETAILED = (
    "Transaction Date\tSettlement Date\tApple Identifier\tSKU\tTitle\tDeveloper Name\tProduct Type Identifier\t"
    "Country of Sale\tQuantity\tPartner Share\tExtended Partner Share\tPartner Share Currency\tCustomer Price\t"
    "Customer Currency\tSale or Return\tPromo Code\tOrder Type\tRegion"
)


def row(
    product: str, units: int, share: str, *, currency: str = "EUR", paid_in: str = "", country: str = "DE"
) -> str:  # fmt: skip
    """A product's units in a country; `share` is all of their proceeds."""
    way = "R" if units < 0 else "S"
    return (
        f"09/27/2026\t10/31/2026\t\t{product}\t{product}\t{units}\t8.16\t{share}\t{paid_in or currency}\t{way}\t"
        f'1234567890\tThe "House"\t1,000 coins\t\t\tIA1\t\t{country}\t\t\t13.99\t{currency}'
    )


def totals(rows: int, units: int, amount: str = "") -> list[str]:
    """What the report says of itself at its end."""
    return [f"Total_Rows\t{rows}", *([f"Total_Amount\t{amount}"] if amount else []), f"Total_Units\t{units}"]


def report(*rows: str, head: str = HEAD) -> bytes:
    """The text of a report."""
    return "\n".join([head, *rows, ""]).encode()


def detailed(product: str, units: int, share: str, country: str = "DE") -> str:
    """The same of the report with details."""
    return (
        f"09/28/2026\t09/29/2026\t1234567890\t{product}\t1,000 coins\tThe House\tIA1\t{country}\t{units}\t8.16\t"
        f"{share}\tEUR\t13.99\tEUR\t{'R' if units < 0 else 'S'}\t\t\tEU"
    )
