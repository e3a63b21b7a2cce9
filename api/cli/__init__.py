"""pkectl, the command line client. It knows the API's documents and nothing else of the product."""
