"""Few examples per run keep a unit test short; each run draws new ones."""

from hypothesis import settings

settings.register_profile("unit", max_examples=25, deadline=None)
settings.load_profile("unit")
