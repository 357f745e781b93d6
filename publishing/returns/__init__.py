"""Render what goes back to the sender of a report: its receipt and the page of its submission."""
