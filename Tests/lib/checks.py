#!/usr/bin/env python3
"""The rules of the source tree that no compiler checks.

    checks.py ROOT RESULTS

appends a line for each rule to RESULTS (`passed<TAB>rule` or `failed<TAB>rule<TAB>why`) and prints what is wrong with its place.
Each rule is a function of a `Tree`, which is what the tests of the rules make up.
"""
import json
import os
import re
import subprocess
import sys

import yaml

# Sources that may import the whole of Foundation (14 MiB of idle memory), by path, with the reason.
FOUNDATION_ALLOWED = {}

# The C modules and the one target that may import each.
C_WRAPPERS = {"CCurl": "CurlTransport", "COpenSSL": "OpenSSLDigest", "CSystemd": "SystemdSupport", "CLinux": "ToolSupervisor"}

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:class|struct|enum|protocol|func|var|let|typealias)\s+)?(\w+)",
    re.MULTILINE,
)
LINES_AT_MOST = 400


class Tree:
    """Files by path, as git would commit them: tracked or new, not ignored."""

    def __init__(self, files):
        self.files = files

    @classmethod
    def of(cls, root):
        listed = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True, stdout=subprocess.PIPE
        ).stdout.decode().split("\0")
        files = {}
        for path in sorted(filter(None, set(listed))):
            full = os.path.join(root, path)
            if os.path.isfile(full) and not os.path.islink(full):
                with open(full, "rb") as file:
                    files[path] = file.read().decode(errors="replace")
        return cls(files)

    def under(self, folder, *endings):
        return {path: text for path, text in self.files.items() if path.startswith(folder) and path.endswith(endings or "")}


def imports(text):
    """Every imported module and its line; comments do not count."""
    for match in IMPORT.finditer(text):
        yield match.group(1), text.count("\n", 0, match.start(1)) + 1


def foundation(tree):
    """Sources import FoundationEssentials, not Foundation"""
    for path, text in tree.under("Sources/", ".swift").items():
        for module, line in imports(text):
            if module == "Foundation" and path not in FOUNDATION_ALLOWED:
                yield f"{path}:{line}: import FoundationEssentials, or name the file and the reason in FOUNDATION_ALLOWED of Tests/lib/checks.py"


def wrappers(tree):
    """C is imported by its wrapper target only"""
    for path, text in tree.under("Sources/", ".swift").items():
        for module, line in imports(text):
            owner = C_WRAPPERS.get(module)
            if owner and not path.startswith(f"Sources/{owner}/"):
                yield f"{path}:{line}: {module} belongs to {owner}; call what {owner} offers"


def resolved(tree):
    """Package.resolved is not committed"""
    return [f"{path}: take it out of the commit" for path in tree.files if path.endswith("Package.resolved")]


def sizes(tree):
    """No Swift file passes 400 lines"""
    for path, text in tree.under("", ".swift").items():
        lines = text.count("\n")
        if lines > LINES_AT_MOST:
            yield f"{path}: {lines} lines; make it two files"


def crashes(tree):
    """Sources hold no try!, fatalError or unfinished work"""
    words = re.compile(r"\btry!|\bfatalError\(|\b(TODO|FIXME|XXX)\b")
    for path, text in tree.under("Sources/", ".swift", ".h").items():
        for number, line in enumerate(text.splitlines(), 1):
            found = words.search(line)
            if found:
                yield f"{path}:{number}: {found.group(0)}"


def environment(tree):
    """Tests do not change the process's environment"""
    for path, text in tree.under("Tests/", ".swift").items():
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"\b(setenv|putenv|unsetenv)\(", line):
                yield f"{path}:{number}: tests run in parallel in one process; pass the environment in"


def json_files(tree):
    """JSON files parse"""
    for path, text in tree.under("", ".json").items():
        try:
            json.loads(text)
        except ValueError as error:
            yield f"{path}: {error}"


class AnyTag(yaml.SafeLoader):
    """YAML with whatever tags, as CloudFormation has them."""


AnyTag.add_multi_constructor("!", lambda loader, suffix, node: None)


def yaml_files(tree):
    """YAML files parse"""
    for path, text in tree.under("", ".yaml", ".yml").items():
        try:
            list(yaml.load_all(text, Loader=AnyTag))
        except yaml.YAMLError as error:
            yield f"{path}: {str(error).replace(chr(10), ' ')}"


def interpreter(path, text):
    first = text.split("\n", 1)[0]
    if path.endswith(".sh") or re.match(r"#!.*\b(ba)?sh\b", first):
        return "bash"
    if path.endswith(".py") or re.match(r"#!.*\bpython", first):
        return "python"
    return None


def shell_files(tree):
    """Shell scripts parse"""
    for path, text in tree.files.items():
        if interpreter(path, text) == "bash":
            run = subprocess.run(["bash", "-n"], input=text, text=True, stderr=subprocess.PIPE)
            if run.returncode:
                yield f"{path}: {run.stderr.strip()}"


def python_files(tree):
    """Python scripts compile"""
    for path, text in tree.files.items():
        if interpreter(path, text) == "python":
            try:
                compile(text, path, "exec")
            except SyntaxError as error:
                yield f"{path}:{error.lineno}: {error.msg}"


RULES = [foundation, wrappers, resolved, sizes, crashes, environment, json_files, yaml_files, shell_files, python_files]


def main():
    root, results = sys.argv[1:]
    tree = Tree.of(root)
    with open(results, "a") as out:
        for rule in RULES:
            problems = list(rule(tree))
            for problem in problems:
                print(f"{problem}", file=sys.stderr)
            print(*(["failed", rule.__doc__, f"{len(problems)} found"] if problems else ["passed", rule.__doc__]), sep="\t", file=out)


if __name__ == "__main__":
    main()
