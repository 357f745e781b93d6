"""Names of our Prefect objects, as `prefect.yaml`, automations and code use them."""

POOL = "local"
"""The work pool of our deployments."""

LIMIT = "warehouse-load"
"""Global concurrency limit of the steps that write figures, over all runs; 0 suspends them for maintenance."""

RERUN = "rerun/rerun"
"""The deployment whose form notices and pages link to."""

QUARANTINED = "tonghop.submission.quarantined"
"""Event emitted when a submission is refused; it triggers notices and automations."""
