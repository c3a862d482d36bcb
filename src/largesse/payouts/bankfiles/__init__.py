"""Files between an operator and a bank: pure text in and out, no I/O and no clock.

`letters` writes names in a scheme's alphabet; `pain001` and `nacha` write what goes out; `iso20022` and `nacha_returns`
read what comes back. Whatever comes in is somebody else's: a file that is not whole, or not what it says it is, is
refused as one (`BankFileRefused`), and nothing of it is used.
"""
