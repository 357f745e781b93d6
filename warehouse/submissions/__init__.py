"""Lifecycle of submissions: arrival, judgement, loading, waivers, withdrawal and replies."""
