"""Names in Arabic and Latin letters: one folded form, tokens of a name, and the Arabic spellings of a Latin token."""
