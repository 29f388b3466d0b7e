"""Records that may be one, looked for among all of a kind at once."""
