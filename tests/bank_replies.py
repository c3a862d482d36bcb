"""What a bank would answer, made up in the shapes of the published message definitions."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

OURS = "DE89370400440532013000"


def debit(end_to_end: str, amount: str, *, status: str = "<Cd>BOOK</Cd>", ref: str = "B1") -> str:
    """One transfer, debited by itself."""
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>{status}</Sts>'
        f"<BookgDt><Dt>2026-11-26</Dt></BookgDt><AcctSvcrRef>{ref}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"
    )


def debit_of_all(message: str, amount: str) -> str:
    """A whole file, debited in one sum with no parts."""
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<NtryDtls><Btch><PmtInfId>{message}</PmtInfId></Btch></NtryDtls></Ntry>"
    )


def came_back(end_to_end: str, amount: str, reason: str = "AC04", *, sent: str = "") -> str:
    """A transfer that came back, with what the receiving bank kept of it where `sent` was more."""
    original = f'<AmtDtls><InstdAmt><Amt Ccy="EUR">{sent or amount}</Amt></InstdAmt></AmtDtls>'
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>RRTN</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>{original}"
        f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry>"
    )


def income(amount: str, text: str = "a card scheme's money") -> str:
    """Something else altogether."""
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"
        f"<RmtInf><Ustrd>{escape(text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def statement(
    *entries: str, message: str = "STMT1", account: str = OURS, version: str = "camt.053.001.08", extra: str = ""
) -> bytes:
    """An account statement."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>{message}</MsgId><CreDtTm>2026-11-26T18:00:00Z</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{message}-1</Id><Acct><Id><IBAN>{account}</IBAN></Id></Acct>{extra}{''.join(entries)}</Stmt>"
        f"</BkToCstmrStmt></Document>"
    ).encode()


def report(
    original: str, *, group: str = "", transfers: Sequence[tuple[str, str, str]] = (), message: str = "STS1"
) -> bytes:
    """A status report; `transfers` are end-to-end id, status and reason."""
    said = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{one}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf></TxInfAndSts>"
        for one, status, reason in transfers
    )
    part = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{original}</OrgnlPmtInfId>{said}</OrgnlPmtInfAndSts>" if said else ""
    whole = f"<GrpSts>{group}</GrpSts>" if group else ""
    return (
        '<ns2:Document xmlns:ns2="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">'
        + f"<CstmrPmtStsRpt><GrpHdr><MsgId>{message}</MsgId></GrpHdr><OrgnlGrpInfAndSts>"
        f"<OrgnlMsgId>{original}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{whole}</OrgnlGrpInfAndSts>"
        f"{part}</CstmrPmtStsRpt>".replace("<", "<ns2:").replace("<ns2:/", "</ns2:")
        + "</ns2:Document>"
    ).encode()


def ach_file(
    *entries: tuple[str, str],
    sec: str = "PPD",
    company: str = "1234567890",
    made: str = "2611270900",
    modifier: str = "A",
) -> bytes:
    """A Nacha file of one batch of entries with their addenda, its counts, sums and hashes right."""
    routing = sum(int(entry[3:11]) for entry, _ in entries) % 10**10
    debit = sum(int(entry[29:39]) for entry, _ in entries if entry[2] in "6789")
    credit = sum(int(entry[29:39]) for entry, _ in entries if entry[2] in "1234")
    count = sum(1 + bool(addendum) for _, addendum in entries)
    totals = f"{routing:010}{debit:012}{credit:012}"
    lines = [
        f"101 091000019 021000021{made}{modifier}094101{'OPERATOR':23}{'BANK':23}{'':8}",
        f"5200{'OPERATOR':16}{'':20}{company:10}{sec}{'PAYOUT':10}{'':6}261127{'':3}1021000020000001",
        *(line for pair in entries for line in pair if line),
        f"8200{count:06}{totals}{company:10}{'':25}021000020000001",
    ]
    blocks = -(-(len(lines) + 1) // 10)
    lines.append(f"9000001{blocks:06}{count:08}{totals}{'':39}")
    lines += ["9" * 94] * (blocks * 10 - len(lines))
    return "".join(f"{line}\n" for line in lines).encode()


def ach_return(
    individual: str, minor: int, code: str = "R03", *, name: str = "BOB", n: int = 1, routing: str = "091000019"
) -> tuple[str, str]:
    """A credit that came back: the entry and its addendum."""
    entry = f"621{routing}{'12345678':17}{minor:010}{individual:15}{name:22}  102100002{n:07}"
    return entry, f"799{code}091000010000001      02100002{'':44}02100002{n:07}"


def ach_change(individual: str, code: str, corrected: str, *, n: int = 1) -> tuple[str, str]:
    """A notice of change: the entry, of nothing, and its addendum."""
    entry = f"621091000019{'12345678':17}{0:010}{individual:15}{'BOB':22}  102100002{n:07}"
    return entry, f"798{code}091000010000001      02100002{corrected:29}{'':15}02100002{n:07}"
