"""Mails to senders and from them, as the rest of the program sees them."""
