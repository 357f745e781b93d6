"""Assemble a revision into the values that every output shows, and format them for a reader."""
