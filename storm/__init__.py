"""Everything is killed, cut, reset and repeated while cases are driven; then it is judged from outside."""
