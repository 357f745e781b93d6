"""Stage published files and switch the published folder to them in one step."""
