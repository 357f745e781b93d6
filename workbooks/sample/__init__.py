"""Generate sample inboxes: filled workbooks with invented figures, from the catalogue's parameters."""
