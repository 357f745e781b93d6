"""What officers decide at the desk: each act is a form, a preview, and a run whose record is kept."""
