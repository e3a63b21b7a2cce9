"""Run by the system's Python, which has cloud-init: what its schema has against documents.

Standard input: a JSON object of documents by name. Output: one of complaints by name.
"""

import json
import logging
import sys

import yaml
from cloudinit.config.schema import SchemaValidationError, validate_cloudconfig_schema

logging.disable(logging.CRITICAL)


def complaint(text):
    try:
        document = yaml.load(text, Loader=yaml.CSafeLoader)
        validate_cloudconfig_schema(document, strict=True)
    except SchemaValidationError as error:
        return str(error)
    return None


documents = json.load(sys.stdin)
found = {name: complaint(text) for name, text in documents.items()}
json.dump({name: said for name, said in found.items() if said}, sys.stdout)
