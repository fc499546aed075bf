"""The only SQL: migrations, event append, refund ledger, claims, read models and their checks."""
