"""From what is wanted and what is there to what is to be done: no I/O, no clock, no chance."""
