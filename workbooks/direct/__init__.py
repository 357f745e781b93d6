"""Direct parsing: a filled-in template that is otherwise unchanged goes straight from its bytes to observations."""
