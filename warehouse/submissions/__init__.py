"""Keep submissions through their lifecycle: arrival, judgement, loading, waivers, withdrawal and replies."""
