"""What the README claims, each one command: `python -m bench NAME [--json]`, or `make bench` for all of it."""
