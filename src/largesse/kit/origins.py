"""Origins: the part of an address that a browser's trust goes by."""

from urllib.parse import urlsplit

_PORTS = {"https": 443, "http": 80}


def origin_of(url: str) -> str:
    """The origin of an http or https address, as browsers write it (`https://example.org:8443`); empty for all else.

    In small letters, without the scheme's own port. An address with a name before an `@` has none: whom that names is
    read in two ways. Source: RFC 6454, section 6.1
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None or "\\" in parts.netloc:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if port in {None, _PORTS[parts.scheme]} else f":{port}")


def is_origin(url: str) -> bool:
    """Whether an address is an origin and nothing more: without a path (a slash is none), a query or a fragment."""
    rest = url.partition("://")[2].removesuffix("/")
    return origin_of(url) != "" and not set(rest) & set("/?# \t")
