"""What every room stands on, with no business words.

Owns no table of the economy; owns `kit.outbox`, `kit.trail`, `kit.proposal`, `kit.world` and the migrations' own
record. Modules are entered by name (`from largesse.kit import ids`).
"""
