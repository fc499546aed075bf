"""What every kind of case shares: facts, state, folding, the read model's row, links, what may be asked."""
