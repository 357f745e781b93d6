"""Users of the desk: their accounts, passwords and second factors, and logging them in."""
