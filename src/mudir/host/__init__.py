"""The machine Mudir runs on: its own PostgreSQL, its processes, its browser packages, and what may be wrong there."""
