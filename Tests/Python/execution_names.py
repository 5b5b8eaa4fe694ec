"""What Config/platform/trigger/index.py makes of releases: a line of JSON in, a line out.

    execution_names.py FOLDER-OF-INDEX.PY FILE

A line out is the execution's name, or `refused`.
"""
import json
import sys

sys.path.insert(0, sys.argv[1])
import index

with open(sys.argv[2], encoding="utf-8") as file:
    for line in file:
        release = json.loads(line)
        print("refused" if list(index.problems(release)) else index.execution_name(release))
