"""Drive: the Prefect flows, use cases and their pipeline; only this package knows Prefect, environment and clock."""
