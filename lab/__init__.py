"""What makes the product run on one machine: stand-ins for the data centre around it."""
