"""The only side effects that a workflow can ask for."""
