"""Write a revision as data files for programs."""
