"""Collect bytes from the sources that communes deliver to, and store them by content; independent of Excel."""
