"""Add-ons: what we put into created clusters, one module each, and how it gets there."""
