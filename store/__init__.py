"""The only SQL: migrations, event append, refund ledger, read models, queries."""
