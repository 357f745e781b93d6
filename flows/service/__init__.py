"""What runs between nights: Prefect's server, a worker and what they are told, started and stopped together."""
