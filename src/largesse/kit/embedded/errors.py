"""Why embedded servers do not run."""


class CannotServe(Exception):  # noqa: N818 - said as the sentence that it carries
    """A sentence for the operator, within the package: there are tasks, and a `SystemExit` in a task stops the loop."""


class EmbeddedRefused(SystemExit):
    """The embedded servers cannot run; the program ends with a sentence that says why and what to do."""
