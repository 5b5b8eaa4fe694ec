#!/usr/bin/env python3
"""Checks JSON on standard input against the schema of /status, and that the schema describes every key of it.

    check_status.py SCHEMA < status.json

Prints each problem with its path; exit code 1 when there is one.
"""
import json
import sys

import jsonschema


def strict(schema):
    """`schema` with no key allowed that it does not describe."""
    if isinstance(schema, dict):
        closed = {key: strict(value) for key, value in schema.items()}
        return closed | ({"additionalProperties": False} if "properties" in schema else {})
    return [strict(item) for item in schema] if isinstance(schema, list) else schema


def main():
    with open(sys.argv[1]) as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(strict(schema))
    problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.load(sys.stdin))]
    print("\n".join(problems))
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
