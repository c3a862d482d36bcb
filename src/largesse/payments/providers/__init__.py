"""Payment providers, one file each, behind the port in `port.py`."""

from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.payments.providers.port import Provider
from largesse.payments.providers.sandbox import Sandbox

NAMES = frozenset({"sandbox", "stripe", "paypal", "apple", "google"})
"""Every provider that a service may have, or have had."""


def configured(settings: Settings, db: Database) -> dict[str, Provider]:
    """The providers of this service by name; ends the program where a setting cannot be used.

    Those that are not set up are not imported either: a library costs start-up time.
    """
    providers: list[Provider] = []
    if settings.sandbox:
        providers.append(Sandbox(db))
    # A provider's library is loaded where the provider is set up, and costs nobody else a thing.
    if settings.stripe_api_key:
        from largesse.payments.providers.stripe import Stripe  # noqa: PLC0415 - only where it is used

        providers.append(Stripe(settings))
    if settings.paypal_client_id:
        from largesse.payments.providers.paypal import PayPal  # noqa: PLC0415

        providers.append(PayPal(settings))
    if settings.apple_bundle_id:
        from largesse.payments.providers.apple import Apple  # noqa: PLC0415

        providers.append(Apple(settings))
    if settings.google_package_name:
        from largesse.payments.providers.google import Google  # noqa: PLC0415

        providers.append(Google(settings))
    return {provider.name: provider for provider in providers}


__all__ = ["NAMES", "Provider", "Sandbox", "configured"]
