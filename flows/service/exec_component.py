"""Let a component take the place of the command that starts it, so that systemd and containers see it itself."""

import os
from typing import NoReturn

from flows.service.components import Component
from flows.support.settings import child_environment


def become(component: Component) -> NoReturn:
    """Run the component in this process instead of what runs now."""
    os.execve(component.command[0], component.command, child_environment(**component.environment))  # noqa: S606 # our own command
