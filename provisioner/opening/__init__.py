"""From settings to what processes open, each apart: who needs one does not load the other."""
