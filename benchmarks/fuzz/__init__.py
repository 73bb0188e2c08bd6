"""Bodies that no browser sends, in numbers: what a nightly run feeds to a parser."""
