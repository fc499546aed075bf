"""Staff: teams, members, who is there and on call, who gets a case, who is told, who may do what (sop A3)."""
