"""What an operator sets for the App Store, checked at start-up: every mistake ends the program with a sentence."""

from dataclasses import dataclass
from pathlib import Path

from appstoreserverlibrary.api_client import AsyncAppStoreServerAPIClient
from appstoreserverlibrary.models.Environment import Environment
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from largesse.kit.config import BadSettings, Settings

# Apple Root CA - G3, which anchors all that the App Store signs. Source: Apple PKI, apple.com/certificateauthority;
# its SHA-256 is 63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179.
ROOT = Path(__file__).with_name("apple_root_ca_g3.pem")
# Apple's library has more, Xcode and LocalTesting, and checks no signature in them.
_ENVIRONMENTS = {each.value: each for each in (Environment.PRODUCTION, Environment.SANDBOX)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Usable settings. `roots` are DER; `key` is the PEM of the App Store Server API's key, None without one."""

    environments: list[Environment]
    roots: list[bytes]
    online: bool
    bundle_id: str
    app_id: int | None
    key: bytes | None
    key_id: str
    issuer_id: str
    api_base: str


class Client(AsyncAppStoreServerAPIClient):
    """Apple's own client, at another address where one is set."""

    def __init__(self, setup: Setup, environment: Environment) -> None:
        assert setup.key is not None
        super().__init__(setup.key, setup.key_id, setup.issuer_id, setup.bundle_id, environment)
        if setup.api_base:
            self._base_url = setup.api_base.rstrip("/")


def client(setup: Setup, environment: Environment) -> Client:
    """A client of the App Store Server API; ends the program where the key is none."""
    try:
        return Client(setup, environment)
    except (ValueError, TypeError) as error:
        raise BadSettings("largesse: LARGESSE_APPLE_KEY_FILE holds no private key (.p8)") from error


def read(settings: Settings) -> Setup:
    """What is set, checked; ends the program at the first mistake."""
    environments = _environments(settings)
    if Environment.PRODUCTION in environments and not settings.apple_app_id:
        raise BadSettings("largesse: LARGESSE_APPLE_APP_ID is needed in Production")
    of_key = [settings.apple_key_id, settings.apple_issuer_id, settings.apple_key_file]
    if any(of_key) and not all(of_key):
        raise BadSettings("largesse: LARGESSE_APPLE_KEY_ID, _ISSUER_ID and _KEY_FILE are set together or not at all")
    return Setup(
        environments=environments,
        roots=[root for name in settings.listed("apple_root_certificates") or [str(ROOT)] for root in _roots(name)],
        online=settings.apple_online_checks,
        bundle_id=settings.apple_bundle_id,
        app_id=settings.apple_app_id or None,
        key=_bytes("LARGESSE_APPLE_KEY_FILE", settings.apple_key_file) if settings.apple_key_file else None,
        key_id=settings.apple_key_id,
        issuer_id=settings.apple_issuer_id,
        api_base=settings.apple_api_base,
    )


def _environments(settings: Settings) -> list[Environment]:
    """What is set; else Apple's money in earnest, and its test money alone in a sandbox, which refuses the other."""
    own = Environment.SANDBOX if settings.sandbox else Environment.PRODUCTION
    names = settings.listed("apple_environments") or [own.value]
    unknown = [name for name in names if name not in _ENVIRONMENTS]
    if unknown:
        raise BadSettings(f"largesse: LARGESSE_APPLE_ENVIRONMENTS is Production or Sandbox, not {', '.join(unknown)!r}")
    if settings.sandbox and Environment.PRODUCTION.value in names:
        raise BadSettings("largesse: a sandbox refuses live money: LARGESSE_APPLE_ENVIRONMENTS is Sandbox alone there")
    return [_ENVIRONMENTS[name] for name in dict.fromkeys(names)]


def _roots(name: str) -> list[bytes]:
    """The certificates of a file, PEM (one or more) or DER, as DER."""
    text = _bytes("LARGESSE_APPLE_ROOT_CERTIFICATES", name)
    try:
        if b"-----BEGIN" in text:
            return [each.public_bytes(Encoding.DER) for each in x509.load_pem_x509_certificates(text)]
        return [x509.load_der_x509_certificate(text).public_bytes(Encoding.DER)]
    except ValueError as error:
        raise BadSettings(f"largesse: LARGESSE_APPLE_ROOT_CERTIFICATES: {name} is no certificate") from error


def _bytes(setting: str, name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise BadSettings(f"largesse: {setting}: {name}: {error.strerror}") from error
