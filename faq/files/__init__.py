"""Reading and checking the FAQ folder that staff curate."""
