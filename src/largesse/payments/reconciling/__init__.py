"""Providers' reports of money held against ours: pure, no I/O and no clock.

`reading` takes a report as its provider writes it, whole or not at all; `comparing` says what agrees and what does not;
`totals` does so where a store says no more than totals.
"""
