"""The stages of a run as plain functions, one file each; `flows.pipeline.pipeline` calls them in order."""
