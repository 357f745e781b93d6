"""Interpret what is typed and displayed in the cell of a figure."""  # noqa: A005 - never run as a file
