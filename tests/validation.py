"""Validates documents by JSON schemas, for the tests of all folders."""
import json
import sys

try:
    import jsonschema
except ImportError:
    sys.exit("FAIL: python3-jsonschema is missing")


def validate(document, schema):
    jsonschema.Draft202012Validator(schema).validate(document)


def validate_results(results, path):
    """`path`: results/schema.json of the project."""
    with open(path, encoding="utf-8") as file:
        validate(results, json.load(file))
