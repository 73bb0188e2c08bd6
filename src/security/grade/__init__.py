"""Grade what a site sends: an exchange in, a card of scores and findings out."""
