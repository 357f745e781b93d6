"""What officers write about reports themselves: notes, which move no state."""
