"""x."""


def demo() -> None:
    """Tell the whole story on a bundled sample."""
