"""The website channel: HTTP API and plain pages."""
