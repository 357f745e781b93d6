"""Excel in and Excel out: bytes to cells to observations, and templates for communes to fill."""
