"""`python -m largesse.main` is the command `largesse`."""

from largesse.main.cli import main

main()
