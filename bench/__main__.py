"""Run some benchmarks by name, or all of them, each with the options: `python -m bench [NAME …] [--json] [--rounds 3]`."""

import subprocess
import sys
from itertools import takewhile

ALL = (
    "start",
    "durable",
    "hosted",
    "requests",
    "webhooks",
    "growth",
    "trace",
    "audit",
    "closing",
    "export",
    "diamonds",
    "sockets",
    "latency",
    "frames",
    "engine",
    "media",
    "lives",
    "calls",
    "films",
    "ladder",
)


def main() -> int:
    """Each in a process of its own, one after the other."""
    names = list(takewhile(lambda a: not a.startswith("-"), sys.argv[1:]))
    options = sys.argv[1 + len(names) :]
    names = names or list(ALL)
    unknown = sorted(set(names) - set(ALL))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    return max(
        subprocess.run([sys.executable, "-m", f"bench.{name}", *options], check=False).returncode for name in names
    )


if __name__ == "__main__":
    sys.exit(main())
