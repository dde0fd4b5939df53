"""The JSON schemas of the contract; they need PyPI `jsonschema`."""

import json
import os
import warnings

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "schemas")


class Schemas:
    def __init__(self):
        store = {}
        for name in os.listdir(SCHEMAS):
            with open(os.path.join(SCHEMAS, name)) as file:
                store[name] = json.load(file)
        self.validators = {}
        for name, schema in store.items():
            resolver = jsonschema.RefResolver(name, schema, store=dict(store))
            self.validators[name] = jsonschema.Draft7Validator(schema, resolver=resolver)

    def problem(self, kind, body):
        validator = self.validators.get(kind + ".json")
        error = next(validator.iter_errors(body), None) if validator else None
        return error and f"{'/'.join(map(str, error.path))}: {error.message[:200]}"


def load_schemas():
    """None without the package."""
    if jsonschema is None:
        return None
    with warnings.catch_warnings():
        # Its successor is not in older versions.
        warnings.simplefilter("ignore", DeprecationWarning)
        return Schemas()
