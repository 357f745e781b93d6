"""Quality of reporting: how well units report, and what reporting costs them."""
