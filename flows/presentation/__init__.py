"""Presentation of a run in Prefect and mails: artifacts, messages, links and notices."""
