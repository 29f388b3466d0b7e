"""What every field of a record was, and who changed it when: read from the versions that the database keeps."""
