"""A kind of record that no house has: what test_new_kind.py adds to the program, and all that it takes."""
