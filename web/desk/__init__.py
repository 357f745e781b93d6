"""The officer's desk: who has sent what, each report with all that is known of it, and the office's kept pages."""
