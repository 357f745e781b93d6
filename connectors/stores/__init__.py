"""Stores of what all machines share: folders of this machine, or a bucket of an object store."""
