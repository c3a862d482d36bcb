"""The composition root and the command line: builds every object once, and runs processes of it."""
