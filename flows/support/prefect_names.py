"""Names by which Prefect objects of ours are known: in `prefect.yaml`, in automations and in code."""

POOL = "local"
"""The work pool of our deployments."""

LIMIT = "warehouse-load"
"""Global concurrency limit of the steps that write figures, over all runs; set to 0 it holds them, for maintenance."""

RERUN = "rerun/rerun"
"""The deployment whose form is linked."""

QUARANTINED = "tonghop.submission.quarantined"
"""Name of the event that a submission was refused; notices and automations go by it."""
