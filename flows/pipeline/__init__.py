"""The pipeline of a run from the inbox to the published pages, stage by stage, without Prefect."""
