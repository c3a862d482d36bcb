"""The books as a child would keep them: a dict of wallets, lists of lots, and nothing clever."""

from dataclasses import dataclass, field


@dataclass
class Line:
    """One line of a wallet: lots in laying order as [coins, removed, to_debt], and how much is spent."""

    lots: list[list[int]] = field(default_factory=list)
    spent: int = 0

    @property
    def came_in(self) -> int:
        return sum(coins - removed - to_debt for coins, removed, to_debt in self.lots)

    @property
    def unspent(self) -> int:
        return self.came_in - self.spent

    def intervals(self) -> list[tuple[int, int]]:
        at, found = 0, []
        for coins, removed, to_debt in self.lots:
            found.append((at, at + coins - removed - to_debt))
            at = found[-1][1]
        return found

    def remove(self, coins: int) -> None:
        for lot, (start, end) in reversed(list(zip(self.lots, self.intervals(), strict=True))):
            taken = min(coins, max(0, end - max(start, self.spent)))
            lot[1] += taken
            coins -= taken
        assert coins == 0


@dataclass
class Wallet:
    paid: Line = field(default_factory=Line)
    promo: Line = field(default_factory=Line)
    debt: int = 0

    def buy(self, coins: int) -> None:
        to_debt = min(self.debt, coins)
        self.debt -= to_debt
        self.paid.lots.append([coins, 0, to_debt])

    def give(self, coins: int) -> int:
        """Returns the milli-diamonds that it makes at 70 %; promotional coins make none."""
        promo = min(self.promo.unspent, coins)
        self.promo.spent += promo
        self.paid.spent += coins - promo
        return (coins - promo) * 700
