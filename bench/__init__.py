"""What a case costs, counted and measured against a peer in the same run."""
