"""A return or an exchange: what may go back, what it is worth, what happened, what happens next."""
