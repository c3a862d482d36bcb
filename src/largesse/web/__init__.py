"""The pages and the static assets: the files that `tools/web-build` made, served under one strict policy.

Owns no table and decides nothing about coins. A page is a built HTML file into which each answer writes a fresh nonce,
the reader's language and direction, the page's title, and the sandbox banner; everything else the page asks of the
API. Assets are known by name from the build's own list and held in memory, so a path can reach no other file.
"""

from largesse.web.cards import Cards
from largesse.web.pages import PAGES, Page
from largesse.web.routes import make_routes, missing_handler, words
from largesse.web.site import STATIC, Asset, Build, NotBuilt, Site

__all__ = [
    "PAGES",
    "STATIC",
    "Asset",
    "Build",
    "Cards",
    "NotBuilt",
    "Page",
    "Site",
    "make_routes",
    "missing_handler",
    "words",
]
