"""Write a revision as a Word document that an officer edits and signs."""
