"""The channel LINE: signed webhooks in, replies within LINE's limits out."""
