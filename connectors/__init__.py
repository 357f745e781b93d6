"""Bring bytes in from wherever communes deliver, and keep them by their content; knows nothing of Excel."""
