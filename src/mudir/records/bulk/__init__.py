"""Many records changed by one act: edited, handed on, tagged, moved to the trash, and the whole taken back."""
