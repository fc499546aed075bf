"""The rules: events, states, decisions, clocks, policy, money. Pure: time and ids are arguments."""
