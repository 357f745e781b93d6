"""Earlier periods as a revision could know them."""
