import os
def test_env():
    assert "mudir-tests" in os.environ["DATABASE_URL"]
    from django.db import connection
