"""Drive: the night, the rerun and the command line; the only room that knows Prefect, the environment and the clock."""
