"""What the city knows, and finding it: entries, files, the immutable book and its index."""
