"""Rule kinds, one file each; a file's name is the kind's name in the catalogue and its `KIND` is what it does."""
