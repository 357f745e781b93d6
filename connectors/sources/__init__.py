"""Sources from which submissions are fetched, one kind a file."""
