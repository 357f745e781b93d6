"""Read models of the officer's desk: the state of every report that is due, and all there is about a report."""
