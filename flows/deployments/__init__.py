"""The Prefect flows that are deployed, and the steps that record a run in Prefect."""
