"""Sources of submissions, one kind a file: named as the scheme of its URLs, its `CONNECTOR` opens one."""
