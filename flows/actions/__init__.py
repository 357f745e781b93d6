"""Use cases, one a file, called alike by the command line, the Prefect deployments and the web."""
