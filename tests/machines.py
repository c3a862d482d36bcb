"""State machines of Hypothesis, run with what a test has made for them."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def run(machine: type[RuleBasedStateMachine], *, examples: int, steps: int, **made: Any) -> None:
    """Run a machine so often, with at most so many steps; `made` are its class's attributes."""
    run_state_machine_as_test(
        type(machine.__name__, (machine,), made),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
