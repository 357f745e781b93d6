"""Open, lock, fill and copy the database of the warehouse on either engine."""
