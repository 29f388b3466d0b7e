"""Lists as files: their rows, how those stand in a file, and the making of long ones beside the pages."""
