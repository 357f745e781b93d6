"""What can go wrong with us or the network; what is wrong with a submission is an Issue, never an exception."""


class TonghopError(Exception):
    """Root of every error this project raises on purpose; its message says what to do next."""


class TransientError(TonghopError):
    """Worth another try: a network that dropped, a database that was busy."""


class TerminalError(TonghopError):
    """Another try gives the same result: a person has to change something first."""


class UsageError(TerminalError):
    """The caller requested something that does not exist or is impossible; exit code 2."""
