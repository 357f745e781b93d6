"""Generate inboxes of filled sample workbooks from declared parameters."""
