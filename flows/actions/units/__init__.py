"""What officers decide about units: contacts, and ways by which reports may arrive."""
