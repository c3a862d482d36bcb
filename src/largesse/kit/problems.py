"""Refusals that a caller can act on, as RFC 9457 problem details.

A room's `errors.py` subclasses `Problem`; everything else that is raised is a bug and crashes loudly.
"""

from typing import Any, ClassVar


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it a problem
    """A refusal with a stable code.

    The first line of the docstring is the title. Dataclass fields become members of the body; a field named `detail`
    becomes its detail, a field named `retry_after_s` becomes the Retry-After header as well.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad-request"

    @classmethod
    def title(cls) -> str:
        """One sentence for people."""
        return (cls.__doc__ or cls.code).strip().splitlines()[0]

    def members(self) -> dict[str, Any]:
        """The error's own members."""
        return {name: getattr(self, name) for name in getattr(self, "__dataclass_fields__", ())}

    def body(self) -> dict[str, Any]:
        """The problem as a JSON object."""
        members = self.members()
        detail = members.pop("detail", None) or self.title()
        return {
            "type": f"urn:largesse:problem:{self.code}",
            "title": self.title(),
            "status": self.status,
            "code": self.code,
            "detail": detail,
            **members,
        }

    def __str__(self) -> str:
        return f"{self.code}: {self.members() or self.title()}"
