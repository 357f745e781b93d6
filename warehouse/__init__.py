"""Keep: what arrived, what became of it, the figures, and every rollup made from them; the only room that knows SQL."""
