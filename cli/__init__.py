"""The `tonghop` command line: commands are imported when they run."""

from workbooks.pool.garbage import look_for_garbage

look_for_garbage(of_much_work=False)  # before all imports: as often as Python does it takes a sixth of them
