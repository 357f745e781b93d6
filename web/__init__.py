"""HTTP sites: published pages for everybody, quality pages and returned workbooks for the office."""
