"""Rule kinds as formulas, one a module, named as in `expectations/kinds`."""
