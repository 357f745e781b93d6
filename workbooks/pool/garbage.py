"""Look for garbage after a piece of work instead of during it, or hardly ever."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def look_for_garbage(*, of_much_work: bool) -> None:
    """Have Python look for garbage in the rest of this process: more seldom than it does, or hardly ever.

    What imports and a run make stays, nearly all of it. What does not is little, but for much work: for each workbook
    that is read, or for each area that is written. With much to come, what is there by now is never looked at again:
    doing so once takes as long as all later looks.
    """
    if of_much_work:
        gc.freeze()
    gc.set_threshold(50_000 if of_much_work else 1_000_000, 20, 100)


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Do not look for garbage within the block: where many values are made and kept, that is a tenth of its time."""
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_collecting:
            gc.enable()
