"""PostgreSQL and NATS of this machine: real servers from wheels, run in a data directory as our own children.

Owns the data directory's lock, ports, secrets and logs (see `datadir`). What holds:

- One holder per data directory. A second one is refused with the pid of the first; after a crash the next start takes
  over, stops what was left, and goes on with the same ports and passwords.
- A server that dies is started again, at the same address. When we die, the kernel tells the servers to end.
- As root the servers run as a plain account: the data directory's owner, else `largesse`, else `nobody`.
- Where both addresses are given in the settings nothing is started, and nothing here is touched.
"""

from largesse.kit.embedded.errors import EmbeddedRefused
from largesse.kit.embedded.supervisor import Servers, find_running, found_or_running, running

__all__ = ["EmbeddedRefused", "Servers", "find_running", "found_or_running", "running"]
