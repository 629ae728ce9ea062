"""Decides and remembers: questions, replies, ranking, inquiries, releases."""
