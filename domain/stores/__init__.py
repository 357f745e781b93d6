"""Stores of what all machines share, as the code that uses them sees them."""
