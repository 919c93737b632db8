"""Several runs about one question."""
