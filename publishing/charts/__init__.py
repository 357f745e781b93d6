"""Draws charts as plain SVG, without scripts: values in, shapes in the units of the drawing out."""
