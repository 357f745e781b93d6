"""Ways by which answers return to their senders."""
