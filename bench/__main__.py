"""Run one benchmark by name, or all of them: `python -m bench [NAME …] [--json]`."""

import subprocess
import sys

ALL = ("start", "durable", "requests", "growth", "sockets", "latency")


def main() -> int:
    """Each in a process of its own, one after the other."""
    names = [a for a in sys.argv[1:] if not a.startswith("-")] or list(ALL)
    options = [a for a in sys.argv[1:] if a.startswith("-")]
    unknown = sorted(set(names) - set(ALL))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    return max(
        subprocess.run([sys.executable, "-m", f"bench.{name}", *options], check=False).returncode for name in names
    )


if __name__ == "__main__":
    sys.exit(main())
