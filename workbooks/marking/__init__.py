"""Marks in a commune's own file: put in by patching its parts, and taken out again when the file comes back."""
