"""The customer's page: one case, by a signed link; no account, no script, no cookie."""
