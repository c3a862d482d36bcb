"""STUN and TURN servers that browsers may use to reach us, with names and passwords that hold for half a day."""

import base64
import hmac
import time
from hashlib import sha1

from largesse.kit.config import Settings

_TURN_S = 12 * 3600


def servers_for_browsers(settings: Settings) -> list[str]:
    """Values of `Link` for each STUN and TURN server (RFC 9725, 4.6), with a name where it needs one.

    The password is coturn's `use-auth-secret`: HMAC-SHA-1 of the name, which says until when it holds.
    """
    links = []
    name = f"{int(time.time()) + _TURN_S}:largesse"
    for url in settings.listed("webrtc_ice_servers"):
        link = f'<{url}>; rel="ice-server"'
        if url.startswith("turn") and settings.webrtc_turn_secret:
            mac = hmac.digest(settings.webrtc_turn_secret.encode(), name.encode(), sha1)
            word = base64.b64encode(mac).decode()
            link += f'; username="{name}"; credential="{word}"; credential-type="password"'
        links.append(link)
    return links
