"""Payment providers, one file each, behind the port in `port.py`."""

from largesse.kit.config import Settings
from largesse.payments.providers.port import Provider
from largesse.payments.providers.sandbox import Sandbox


def configured(settings: Settings) -> dict[str, Provider]:
    """The providers of this service by name."""
    providers: list[Provider] = [Sandbox()] if settings.sandbox else []
    return {provider.name: provider for provider in providers}


__all__ = ["Provider", "Sandbox", "configured"]
