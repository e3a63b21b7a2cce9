"""Guests that run the delivered agent in a throw-away folder, with stand-ins for its programs."""
