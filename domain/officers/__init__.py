"""Officers: users of the desk, and what they are permitted."""
