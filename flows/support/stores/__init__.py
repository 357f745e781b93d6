"""Stores of a deployment, opened from its settings."""
