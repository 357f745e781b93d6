"""Names of our Prefect objects, as `prefect.yaml`, automations and code use them."""

POOL = "local"
"""The work pool of our deployments."""

LIMIT = "warehouse-load"
"""Global concurrency limit of the steps that write figures, over all runs; 0 suspends them for maintenance."""

RERUN = "rerun/rerun"
"""The deployment whose form notices and pages link to."""

NIGHTLY = "nightly/nightly"
"""The deployment of the nightly run."""

RESTARTED = "restarted"
"""Tag of a nightly run that was started because the one before it crashed; it is not started a third time."""

QUARANTINED = "tonghop.submission.quarantined"
"""Event emitted when a submission is refused; automations call webhooks for it."""

RETURNED = "Returned"
"""Name of the Completed state of a run that did its work and returned reports to their senders."""

AWAITING_DECISION = "AwaitingDecision"
"""Name of the Completed state of a run that returned nothing and leaves reports for a person to decide."""

NOT_RUN = "NotRun"
"""Name of the Completed state of a run that did nothing, because of a wrong value in its form."""

OWN_STATES = (RETURNED, AWAITING_DECISION, NOT_RUN)
"""All names that we give to Completed states; automations have to know them as ends of a run."""
