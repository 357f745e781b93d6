"""What Prefect and mails show of a run: artifacts, messages, links and notices."""
