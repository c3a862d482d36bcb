"""Where WebRTC peers reach us: a UDP port of a range for each, at addresses that an operator tells or this machine has.

We are reached, and reach out to nobody: a peer's own candidates are not looked at, so no offer makes this service send
to an address of its choice. What a peer sends a check from is where it is answered (a peer-reflexive candidate).
Source: RFC 8445, 7.3.1.3 and 6.1.2 (what a host with a public address does).
"""

import asyncio
import random
import socket
from functools import partial

from aioice import Candidate
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import Connection, StunProtocol, get_host_addresses
from aiortc import RTCPeerConnection

from largesse.kit.config import Settings


class NoPort(OSError):  # noqa: N818
    """Every port of the range is taken."""


def reached(peer: RTCPeerConnection, settings: Settings) -> None:
    """Let a peer's connections gather our candidates alone; before it gathers any."""
    for transceiver in peer.getTransceivers():
        connection = transceiver.receiver.transport.transport.iceGatherer._connection  # noqa: SLF001 - no other way
        vars(connection)["get_component_candidates"] = partial(_gather, connection, settings)


def without_candidates(sdp: str) -> str:
    """An offer without the addresses that its peer may be at."""
    lines = sdp.splitlines()
    return "\r\n".join(line for line in lines if not line.startswith(("a=candidate:", "a=end-of-candidates"))) + "\r\n"


async def _gather(
    connection: Connection,
    settings: Settings,
    component: int,
    addresses: list[str],
    timeout: int = 5,  # noqa: ASYNC109
) -> list[Candidate]:
    """In the place of aioice's own, which takes any port and asks STUN and TURN servers."""
    del addresses, timeout
    told = settings.listed("webrtc_address")
    here = told or get_host_addresses(use_ipv4=True, use_ipv6=True) or ["127.0.0.1"]
    candidates = []
    for address in here:
        anywhere = "::" if ":" in address else "0.0.0.0"  # noqa: S104 - the address told is a router's, or of a cloud
        protocol = await _bound(connection, anywhere if told else address, settings.webrtc_port_range)
        port = protocol.transport.get_extra_info("sockname")[1]
        protocol.local_candidate = Candidate(
            foundation=candidate_foundation("host", "udp", address), component=component, transport="udp",
            priority=candidate_priority(component, "host"), host=address, port=port, type="host",
        )  # fmt: skip
        connection._protocols.append(protocol)  # noqa: SLF001 - as aioice's own does
        candidates.append(protocol.local_candidate)
    return candidates


async def _bound(connection: Connection, host: str, ports: tuple[int, int]) -> StunProtocol:
    """A socket on a free port of the range. Raises `NoPort`."""
    first, last = ports
    begin = random.randrange(last - first + 1)  # noqa: S311 - only so that two seldom try the same
    for n in range(last - first + 1):
        port = first + (begin + n) % (last - first + 1)
        try:
            transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: StunProtocol(connection), local_addr=(host, port)
            )
        except OSError:
            continue
        if (bare := transport.get_extra_info("socket")) is not None:
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        return protocol
    raise NoPort(f"no port of {first} to {last} is free")
