"""The service between nightly runs: Prefect's server with its definitions and a worker, under a supervisor."""
