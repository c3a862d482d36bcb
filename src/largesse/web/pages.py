"""The pages: their addresses, and the last words written into a built page as it is sent."""

import html
import re
import secrets
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response

from largesse.kit.config import Settings
from largesse.kit.origins import origin_of
from largesse.web import language
from largesse.web.site import Build

NONCE_PLACE = "__NONCE__"
_HTML_OPEN = '<html lang="en" dir="ltr">'
_NOSCRIPT = re.compile(r"(?<=<noscript>).*?(?=</noscript>)")
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Largesse</title>
<h1>The pages are not built yet</h1>
<p>Run <code>make setup</code> in the checkout (or <code>tools/web-build</code>), then load this page again.
The API at <code>/v1</code> works without them.</p></html>
"""


class Page(msgspec.Struct, frozen=True):
    """`name` is the built file and its title's key.

    `camera` lets the page ask for camera and microphone, `pays` lets it show the payment form of a provider.
    """

    name: str
    camera: bool = False
    pays: bool = False


# Every address of a page, as Litestar's path template. `/@{username}` is `/{handle}` in routes.py.
PAGES: dict[str, Page] = {
    "/": Page("home"),
    "/login": Page("login"),
    "/signup": Page("signup"),
    "/reset": Page("reset"),
    "/reset/{token:str}": Page("reset"),
    "/verify/{token:str}": Page("verify"),
    "/stop/{token:str}": Page("stop"),
    "/live/{id:str}": Page("live", camera=True, pays=True),
    "/video/{id:str}": Page("video", pays=True),
    "/recharge": Page("recharge", pays=True),
    "/account": Page("account"),
    "/account/purchases/{id:str}": Page("purchase"),
    "/receipt/{number:str}": Page("receipt"),
    "/studio": Page("studio", camera=True),
    "/studio/live/{id:str}": Page("deck", camera=True),
    "/studio/live/{id:str}/summary": Page("summary"),
    "/studio/videos": Page("videos"),
    "/studio/insights": Page("insights"),
    "/studio/balance": Page("balance"),
    "/studio/withdraw": Page("withdraw"),
    "/studio/withdraw/{id:str}": Page("payout"),
    "/studio/statements": Page("statements"),
    "/studio/statements/{month:str}": Page("statement"),
    "/studio/methods": Page("methods"),
    "/studio/papers": Page("papers"),
    "/office": Page("office"),
    "/office/{part:str}": Page("office"),
    "/office/{part:str}/{id:str}": Page("office"),
    "/regions": Page("regions"),
    "/docs": Page("docs"),
}
PROFILE = Page("profile")
MISSING = Page("missing")


def render(
    request: Request[Any, Any, Any],
    settings: Settings,
    build: Build | None,
    page: Page,
    *,
    status: int = 200,
    card: str = "",
) -> Response[bytes]:
    """The page in the reader's language, under its own nonce; `card`: tags for its head, escaped."""
    if build is None or page.name not in build.pages:
        return Response(
            _NOT_BUILT.encode(), status_code=503, media_type="text/html", headers=_headers(settings, page, "")
        )
    nonce = secrets.token_urlsafe(18)
    asked = request.query_params.get("lang")
    spoken = language.choose(
        asked, request.cookies.get(language.COOKIE), request.headers.get("accept-language", ""), build.messages
    )
    body = _written(build, page, spoken, nonce, sandbox=settings.sandbox, card=card)
    response = Response(
        body.encode(), status_code=status, media_type="text/html", headers=_headers(settings, page, nonce)
    )
    if asked and language.primary(asked) in build.messages:
        response.set_cookie(
            language.COOKIE, spoken, max_age=language.COOKIE_MAX_AGE_S, path="/", samesite="lax",
            secure=settings.origin.startswith("https:"),
        )  # fmt: skip
    return response


def _written(build: Build, page: Page, spoken: str, nonce: str, *, sandbox: bool, card: str) -> str:
    title = html.escape(build.text(spoken, f"title.{page.name}"))
    opening = f'<html lang="{spoken}" dir="{language.direction(spoken)}" data-lang="{spoken}"'
    text = build.pages[page.name].replace(_HTML_OPEN, opening + (' data-sandbox="">' if sandbox else ">"), 1)
    before, _, rest = text.partition("<title>")
    text = f"{before}<title>{title}{rest[rest.find('</title>') :]}" if rest else text
    text = _NOSCRIPT.sub(lambda _: html.escape(build.text(spoken, "page.noscript")), text, count=1)
    ahead = "".join(
        f'<link rel="modulepreload" crossorigin href="/static/{file}" nonce="{NONCE_PLACE}">'
        for file in build.words[page.name].get(spoken, [])
    )
    text = text.replace("</head>", f"{ahead}{card}</head>", 1)
    if sandbox:
        banner = html.escape(build.text(spoken, "sandbox.banner"))
        text = text.replace("<body>", f'<body><aside class="sandbox">{banner}</aside>', 1)
    return text.replace(NONCE_PLACE, nonce)


class _Form(msgspec.Struct, frozen=True, kw_only=True):
    """What the policy of a page allows for a provider's payment form; each a part of a header."""

    connect: str = ""
    frames: str = ""
    payment: str = "()"
    opener: str = "same-origin"


_NO_FORM = _Form()
_STRIPE_JS = "https://js.stripe.com"


def _form_of_stripe(settings: Settings) -> _Form:
    """Exactly what Stripe's form needs: its script comes by `strict-dynamic`, its fields and the bank's are frames.

    Apple Pay and Google Pay ask by the browser's payment request, and Google Pay opens a window of its own.
    Source: https://docs.stripe.com/security/guide#content-security-policy
    """
    parts = urlsplit(settings.stripe_js_url)
    script = f"{parts.scheme}://{parts.netloc}"
    own = script == _STRIPE_JS
    return _Form(
        connect=f" {'https://api.stripe.com' if own else script}",
        frames=f"{script} https://*.js.stripe.com https://hooks.stripe.com" if own else script,
        payment=f'(self "{script}")',
        opener="same-origin-allow-popups",
    )


def _headers(settings: Settings, page: Page, nonce: str) -> dict[str, str]:
    """The policy of a page. `strict-dynamic` lets the script with the nonce load its own modules."""
    secure = settings.origin.startswith("https:")
    socket = settings.origin.replace("http", "ws", 1)
    scripts = f"'nonce-{nonce}' 'strict-dynamic'" if nonce else "'none'"
    camera = "(self)" if page.camera else "()"
    engine = f" {origin_of(settings.engine_hls_url)}" if settings.has_external_engine else ""
    form = _form_of_stripe(settings) if page.pays and settings.stripe_publishable_key else _NO_FORM
    headers = {
        "Content-Security-Policy": "; ".join(
            [
                "default-src 'none'",
                f"script-src {scripts}",
                "style-src 'self'",
                "img-src 'self' data: blob:",
                f"media-src 'self' blob:{engine}",
                "font-src 'self'",
                f"connect-src 'self' {socket}{engine}{form.connect}",
                *([f"frame-src {form.frames}"] if form.frames else []),
                "worker-src 'self'",
                "manifest-src 'self'",
                "base-uri 'none'",
                "form-action 'self'",
                "frame-ancestors 'none'",
                *(["upgrade-insecure-requests"] if secure else []),
            ]
        ),
        "Cache-Control": "private, no-cache",
        "Cross-Origin-Opener-Policy": form.opener,
        "Permissions-Policy": f"camera={camera}, microphone={camera}, geolocation=(), payment={form.payment}, usb=()",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Vary": "Accept-Language, Cookie",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers
