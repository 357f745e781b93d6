"""The catalogue: files of data read, checked and handed out as values of the domain."""
