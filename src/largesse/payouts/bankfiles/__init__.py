"""Files between an operator and a bank: pure text in and out, no I/O and no clock.

`letters` writes names in a scheme's alphabet; `pain001` and `nacha` write what goes out; `nacha_returns` reads what
comes back by ACH, and `largesse.kit.iso20022` what comes back otherwise. Whatever comes in is somebody else's: a file
that is not whole, or not what it says it is, is refused as one (`BankFileRefused`), and nothing of it is used.
"""
