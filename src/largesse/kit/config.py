"""Settings: one frozen struct, read once from the environment (`LARGESSE_…`) and an optional TOML file.

The environment wins over the file. Every setting has its unit in its name, a sentence, and a bound where
it is a number.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints
from urllib.parse import urlsplit

import msgspec

from largesse.kit.origins import is_origin, origin_of

PREFIX = "LARGESSE_"
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
_ENGINE_URLS = {
    "engine_rtmp_url": ("rtmp", "rtmps"),
    "engine_hls_url": ("http", "https"),
    "engine_control_url": ("http", "https"),
}
_PLAIN = re.compile(r"[!-~]+(?<!/)")  # it stands in headers, and paths are added to it


class BadSettings(SystemExit):
    """A setting that cannot be used; the program ends with a sentence that names it."""


def _about(text: str) -> msgspec.Meta:
    return msgspec.Meta(description=text)


def _secret(text: str) -> msgspec.Meta:
    return msgspec.Meta(description=text, extra={"secret": True})


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that an operator can set. `largesse config` prints it."""

    data_dir: Annotated[str, _about("folder of the embedded servers, keys and uploads")] = ".largesse"
    database_url: Annotated[str, _about("PostgreSQL 16+ to use; empty: the embedded one")] = ""
    nats_url: Annotated[str, _about("NATS to use; empty: the embedded one")] = ""
    nats_prefix: Annotated[
        str,
        msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,40}$"),
        _about("first word of every subject on NATS; one for each installation that shares it"),
    ] = "largesse"
    http_host: Annotated[str, _about("address to listen on")] = "127.0.0.1"
    http_port: Annotated[Port, _about("port to listen on")] = 8700
    public_url: Annotated[str, _about("origin that browsers use; empty: http://host:port")] = ""
    region_default: Annotated[
        str, msgspec.Meta(pattern="^[A-Z]{2}$"), _about("country whose prices hold where a country has none of its own")
    ] = "US"
    sandbox: Annotated[bool, _about("1 allows the sandbox provider and rail, and immediate policies")] = False
    api_processes: Annotated[int, msgspec.Meta(ge=1, le=64), _about("api processes of `serve`")] = 1
    database_pool_max: Annotated[int, msgspec.Meta(ge=2, le=200), _about("connections a process")] = 8
    mail_url: Annotated[str, _about("`console:` or `smtp://user:password@host:port`")] = "console:"
    mail_from: Annotated[str, _about("sender of the service's mail")] = "largesse@localhost"
    log_level: Annotated[str, _about("debug, info, warning or error")] = "info"
    session_days: Annotated[int, msgspec.Meta(ge=1, le=365), _about("a session's life")] = 30
    body_bytes_max: Annotated[Positive, _about("largest request body")] = 1_000_000
    sign_ups_per_hour: Annotated[Positive, _about("sign-ups an address and hour")] = 200
    sign_ins_per_minute: Annotated[Positive, _about("sign-ins an address and minute")] = 30
    sign_in_failures_max: Annotated[
        Positive, _about("failed sign-ins, and wrong codes of a second factor, an account and 15 minutes")
    ] = 10
    gifts_per_second: Annotated[Positive, _about("gifts an account and second")] = 100
    comments_per_second: Annotated[Positive, _about("comments an account and second")] = 1
    queue_gifts_max: Annotated[Positive, _about("gifts waiting in one process before 503")] = 20_000
    batch_gifts_max: Annotated[int, msgspec.Meta(ge=1, le=1000), _about("gifts settled together")] = 1000
    linger_us: Annotated[int, msgspec.Meta(ge=0, le=50_000), _about("wait of an idle committer")] = 1000
    sockets_max: Annotated[Positive, _about("open sockets a process")] = 20_000
    payout_cool_off_hours: Annotated[
        int, msgspec.Meta(ge=0, le=8760), _about("hours before a new payout method can be used")
    ] = 72
    payout_four_eyes_minor: Annotated[int, msgspec.Meta(ge=0), _about("US cents above which two approve a payout")] = (
        50_000
    )
    grant_diamonds_max: Annotated[Positive, _about("most diamonds of one grant by operators")] = 100_000
    payout_batch_seconds: Annotated[
        int,
        msgspec.Meta(ge=0, le=86_400),
        _about("seconds between batches of payouts, each audited twice; 0 in a sandbox"),
    ] = 600
    payout_identity: Annotated[
        Literal["", "off", "review", "required"],
        _about("whether creators prove who they are: off, review, required; empty: required, off in a sandbox"),
    ] = ""
    payout_tax_form: Annotated[
        Literal["", "off", "review", "required"],
        _about("whether creators hand in a tax form: off, review, required; empty: review, off in a sandbox"),
    ] = ""
    payout_sanctions_file: Annotated[
        str, _about("CSV file of names that nobody may pay, with a column `name`; empty: nobody is looked up")
    ] = ""
    paper_keep_days: Annotated[
        int, msgspec.Meta(ge=1, le=36_500), _about("days that a replaced identity or tax paper is kept")
    ] = 1825
    fx_age_days_max: Annotated[
        int, msgspec.Meta(ge=0, le=365), _about("days after which an exchange rate is too old")
    ] = 7
    rtmp_host: Annotated[str, _about("address to listen on for encoders; empty: as for HTTP")] = ""
    rtmp_port: Annotated[int, msgspec.Meta(ge=0, le=65535), _about("port for encoders (RTMP); 0: off")] = 1935
    webrtc_ports: Annotated[
        str,
        msgspec.Meta(pattern=r"^([0-9]{1,5}-[0-9]{1,5})?$"),
        _about("UDP ports of cameras and viewers by WebRTC (WHIP, WHEP), one each; empty: off"),
    ] = "20000-20199"
    webrtc_address: Annotated[
        str, _about("IP addresses that browsers reach those ports at, comma separated; empty: this machine's own")
    ] = ""
    webrtc_viewers_max: Annotated[
        int, msgspec.Meta(ge=0, le=1000), _about("viewers of a stream by WebRTC besides its LIVE's creator and guests")
    ] = 8
    webrtc_ice_servers: Annotated[
        str, _about("STUN and TURN servers for browsers, comma separated, such as turn:turn.example.org:3478")
    ] = ""
    webrtc_turn_secret: Annotated[str, _secret("secret shared with the TURN servers (coturn: static-auth-secret)")] = ""
    media_engine: Annotated[
        Literal["embedded", "nginx-rtmp", "mediamtx"],
        _about("who takes encoders and shows LIVEs: embedded, nginx-rtmp or mediamtx"),
    ] = "embedded"
    engine_rtmp_url: Annotated[str, _about("where encoders find an external engine: rtmp://host/live")] = ""
    engine_hls_url: Annotated[str, _about("folder where players find its playlists: https://host/hls")] = ""
    engine_control_url: Annotated[
        str,
        _about(
            "its control, reached by us alone: http://host/control; "
            "empty (not with mediamtx): who is ended is so at the next beat"
        ),
    ] = ""
    engine_secret: Annotated[str, _secret("what it shows us in the address of its hooks; 16 characters or more")] = ""
    record_lives: Annotated[bool, _about("1 keeps what was shown, so that a LIVE has a replay")] = True
    live_ladder: Annotated[
        str,
        msgspec.Meta(pattern=r"^([0-9]{2,4}(, ?[0-9]{2,4}){0,3})?$"),
        _about("lines of a LIVE's lower renditions, such as 480,240, by their shorter side; empty: none are made"),
    ] = ""
    live_ladders_max: Annotated[
        int, msgspec.Meta(ge=1, le=100), _about("LIVEs with lower renditions at once in a media process")
    ] = 2
    recording_days: Annotated[
        int, msgspec.Meta(ge=0, le=36_500), _about("days that a LIVE's recording is kept; 0: for ever")
    ] = 0
    live_silent_minutes: Annotated[
        int, msgspec.Meta(ge=0, le=1440), _about("minutes after which a LIVE whose signal is lost ends; 0: never")
    ] = 10
    storage_url: Annotated[
        str, _about("where videos lie: `file:` for a folder of the data directory, or `file:///a/folder`")
    ] = "file:"
    storage_free_bytes_min: Annotated[
        int, msgspec.Meta(ge=0), _about("room that uploads and videos leave on the disk, in bytes")
    ] = 2 << 30
    video_bytes_max: Annotated[Positive, _about("largest file of a video, in bytes")] = 4 << 30
    video_uploads_max: Annotated[Positive, _about("uploads of an account at once")] = 3
    video_day_bytes_max: Annotated[Positive, _about("bytes that an account uploads in 24 hours")] = 20 << 30
    video_upload_hours: Annotated[
        int, msgspec.Meta(ge=1, le=720), _about("hours without a byte after which an upload is dropped")
    ] = 24
    video_minutes_max: Annotated[int, msgspec.Meta(ge=1, le=1440), _about("longest video, in minutes")] = 240
    video_lines_max: Annotated[
        int, msgspec.Meta(ge=144, le=2160), _about("most lines of a video's pictures, by their shorter side")
    ] = 1080
    video_fps_max: Annotated[int, msgspec.Meta(ge=1, le=120), _about("most pictures of a video a second")] = 30
    guests_max: Annotated[
        int, msgspec.Meta(ge=0, le=8), _about("guests who may be in a LIVE beside its creator at once; 0: none")
    ] = 5
    checkpoint_seconds: Annotated[Positive, _about("time between signed checkpoints")] = 60

    seller_name: Annotated[str, _about("who sells coins, as it stands on receipts; empty: Largesse")] = ""
    seller_address: Annotated[str, _about("the seller's postal address on receipts, its lines separated by `;`")] = ""
    seller_tax_id: Annotated[str, _about("the seller's tax number on receipts, such as a VAT id")] = ""
    return_origins: Annotated[str, _about("origins that buyers may come back to, comma separated; our own always")] = ""
    test_accounts: Annotated[str, _about("usernames whom a provider's test money grants promotional coins")] = ""
    stripe_api_key: Annotated[str, _secret("Stripe's secret or restricted key; empty: Stripe is off")] = ""
    stripe_publishable_key: Annotated[str, _about("Stripe's publishable key, for our pages")] = ""
    stripe_webhook_secret: Annotated[str, _secret("signing secret of Stripe's webhook endpoint")] = ""
    stripe_api_base: Annotated[str, _about("address of Stripe's API")] = "https://api.stripe.com"
    stripe_js_url: Annotated[str, _about("address of Stripe.js")] = "https://js.stripe.com/v3/"
    paypal_client_id: Annotated[str, _about("PayPal's client id; empty: PayPal is off")] = ""
    paypal_client_secret: Annotated[str, _secret("PayPal's client secret")] = ""
    paypal_webhook_id: Annotated[str, _about("id of PayPal's webhook, which its signatures cover")] = ""
    paypal_api_base: Annotated[str, _about("address of PayPal's API")] = "https://api-m.paypal.com"
    paypal_payouts: Annotated[bool, _about("1 pays creators out through PayPal Payouts, with the same client id")] = (
        False
    )
    sepa_iban: Annotated[str, _about("IBAN of the account that pays creators in euros; empty: SEPA files are off")] = ""
    sepa_bic: Annotated[str, _about("BIC of that account's bank")] = ""
    sepa_name: Annotated[str, _about("name of that account's owner")] = ""
    ach_company_id: Annotated[
        str, _about("id that a US bank gave us as an originator, 1 to 10 characters; empty: ACH files are off")
    ] = ""
    ach_company_name: Annotated[str, _about("our name as receivers of ACH transfers see it")] = ""
    ach_odfi: Annotated[str, _about("routing number of that bank, the ODFI")] = ""
    ach_odfi_name: Annotated[str, _about("name of that bank")] = ""
    apple_bundle_id: Annotated[str, _about("bundle id of the app; empty: Apple is off")] = ""
    apple_app_id: Annotated[
        int, msgspec.Meta(ge=0), _about("the app's number in the App Store; needed in Production")
    ] = 0
    apple_environments: Annotated[
        str, _about("Production, or Sandbox too, comma separated; empty: Production, in a sandbox Sandbox")
    ] = ""
    apple_root_certificates: Annotated[str, _about("files with Apple's roots, comma separated; empty: Apple's own")] = (
        ""
    )
    apple_api_base: Annotated[str, _about("address of the App Store Server API; empty: Apple's own")] = ""
    apple_key_id: Annotated[str, _about("id of the App Store Server API's key")] = ""
    apple_issuer_id: Annotated[str, _about("issuer id of the App Store Server API's key")] = ""
    apple_key_file: Annotated[str, _about("file with the App Store Server API's private key")] = ""
    apple_online_checks: Annotated[bool, _about("1 asks Apple's OCSP server whether certificates are revoked")] = True
    google_package_name: Annotated[str, _about("package name of the app; empty: Google Play is off")] = ""
    google_credentials_file: Annotated[str, _about("file with the service account's key")] = ""
    google_api_base: Annotated[str, _about("address of the Android Publisher API; empty: Google's own")] = ""
    google_push_audience: Annotated[str, _about("audience of the push subscription's tokens")] = ""
    google_push_email: Annotated[str, _about("service account that signs the push subscription's tokens")] = ""
    google_push_jwks_url: Annotated[str, _about("public keys of the push tokens' issuer")] = (
        "https://www.googleapis.com/oauth2/v3/certs"
    )

    def limit(self, n: int) -> int:
        """A request limit as it applies here: a hundredfold in a sandbox."""
        return n * 100 if self.sandbox else n

    def listed(self, name: str) -> list[str]:
        """The parts of a setting that is a list, comma separated."""
        return [part.strip() for part in str(getattr(self, name)).split(",") if part.strip()]

    @property
    def live_ladder_lines(self) -> list[int]:
        """The shorter sides of a LIVE's lower renditions."""
        return [int(part) for part in self.listed("live_ladder")]

    @property
    def webrtc_port_range(self) -> tuple[int, int]:
        """First and last UDP port of WebRTC; 0 and 0 where it is off."""
        first, _, last = self.webrtc_ports.partition("-")
        return (int(first), int(last)) if last else (0, 0)

    @property
    def has_external_engine(self) -> bool:
        """Whether somebody else's server takes encoders and shows LIVEs."""
        return self.media_engine != "embedded"

    @property
    def origin(self) -> str:
        """The origin that browsers use."""
        return origin_of(self.public_url) or f"http://{self.http_host}:{self.http_port}"

    @property
    def data_path(self) -> Path:
        """The data directory, absolute."""
        return Path(self.data_dir).expanduser().absolute()


def load(environ: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """Read the settings, or end the program with a sentence that names the bad one."""
    env = os.environ if environ is None else environ
    path = file or Path(env.get(PREFIX + "CONFIG", "largesse.toml"))
    values: dict[str, Any] = {}
    if path.is_file():
        try:
            values |= tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadSettings(f"largesse: {path} is not TOML: {error}") from error
    for name in get_type_hints(Settings):
        text = env.get(PREFIX + name.upper())
        if text is not None:
            values[name] = text
    try:
        return _checked(msgspec.convert(values, Settings, strict=False))
    except msgspec.ValidationError as error:
        raise BadSettings(f"largesse: bad setting: {error} (environment {PREFIX}… or {path})") from error


def _checked(settings: Settings) -> Settings:
    """The settings, whose origins are origins: anything else would match no address, or send mail's readers nowhere."""
    for name in ("public_url", "return_origins"):
        for typed in settings.listed(name):
            if not is_origin(typed):
                raise BadSettings(
                    f"largesse: {PREFIX}{name.upper()}: not an origin such as https://live.example.org: {typed}"
                )
    first, last = settings.webrtc_port_range
    if not (first == last == 0 or 1024 <= first <= last <= 65_535):  # noqa: PLR2004
        raise BadSettings(f"largesse: {PREFIX}WEBRTC_PORTS: not ports such as 20000-20199: {settings.webrtc_ports}")
    for lines in settings.live_ladder_lines:
        if not 144 <= lines <= 2160:  # noqa: PLR2004
            raise BadSettings(f"largesse: {PREFIX}LIVE_LADDER: not between 144 and 2160: {lines}")
    for typed in settings.listed("webrtc_address"):
        try:
            ipaddress.ip_address(typed)
        except ValueError:
            raise BadSettings(f"largesse: {PREFIX}WEBRTC_ADDRESS: not an IP address: {typed}") from None
    return _with_engine(settings) if settings.has_external_engine else settings


def _with_engine(settings: Settings) -> Settings:
    """The settings where an external engine takes encoders: it can be reached, and our own takes none beside it."""
    for name, schemes in _ENGINE_URLS.items():
        typed = str(getattr(settings, name))
        parts = urlsplit(typed)
        if typed == "" and name == "engine_control_url" and settings.media_engine != "mediamtx":
            continue
        if parts.scheme not in schemes or not parts.hostname or not _PLAIN.fullmatch(typed):
            raise BadSettings(f"largesse: {PREFIX}{name.upper()}: not an address ({', '.join(schemes)}): {typed}")
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,200}", settings.engine_secret):
        raise BadSettings(f"largesse: {PREFIX}ENGINE_SECRET: 16 letters, digits, - and _ or more")
    return msgspec.structs.replace(settings, rtmp_port=0, webrtc_ports="", record_lives=False, guests_max=0)


def describe(settings: Settings) -> list[dict[str, Any]]:
    """Each setting with its name in the environment, its value and its sentence; passwords in URLs are masked."""
    about = {
        field.name: next((m.description for m in _metas(field.type) if m.description), "")
        for field in msgspec.structs.fields(Settings)
    }
    secret = {
        field.name
        for field in msgspec.structs.fields(Settings)
        if any(m.extra and m.extra.get("secret") for m in _metas(field.type))
    }
    return [
        {
            "name": PREFIX + name.upper(),
            "value": "…" if name in secret and getattr(settings, name) else _masked(getattr(settings, name)),
            "about": sentence,
        }
        for name, sentence in about.items()
    ]


def _metas(annotation: Any) -> list[Any]:
    return [m for m in getattr(annotation, "__metadata__", ()) if isinstance(m, msgspec.Meta)]


def _masked(value: Any) -> Any:
    if isinstance(value, str) and "://" in value and "@" in value:
        scheme, _, rest = value.partition("://")
        return f"{scheme}://…@{rest.rpartition('@')[2]}"
    return value
