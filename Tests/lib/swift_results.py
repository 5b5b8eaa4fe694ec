#!/usr/bin/env python3
"""Turns swift-testing's event stream into result lines.

    swift_results.py EVENTS EXIT_CODE RESULTS

appends `passed<TAB>test`, `failed<TAB>test<TAB>issues` or `skipped<TAB>test<TAB>why` for every test function. A run that ended
without its last event (a crash, a time-out) or with an exit code that no failed test explains counts as one more failure.
Format: https://github.com/swiftlang/swift-testing/blob/main/Documentation/ABI/JSON.md
"""
import json
import sys


def read(lines):
    """(results, whether the run ended): results is a list of (outcome, test, why)."""
    names, suites, issues, reasons, results, ended = {}, set(), {}, {}, [], False
    running = {}
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue  # the last line of a process that crashed
        payload = record["payload"]
        if record["kind"] == "test":
            names[payload["id"]] = payload.get("displayName") or payload["name"]
            if payload["kind"] == "suite":
                suites.add(payload["id"])
            continue
        kind, test = payload["kind"], payload.get("testID")
        texts = [message["text"] for message in payload.get("messages", [])]
        if kind == "runEnded":
            ended = True
        elif kind == "testStarted" and test not in suites:
            running[test] = True
        elif kind == "issueRecorded" and not payload["issue"].get("isKnown"):
            issues.setdefault(test, []).append(texts[0] if texts else "an issue")
        elif kind in ("testSkipped", "testCancelled"):
            reasons[test] = " ".join(payload.get("_comments", [])) or (texts[0] if texts else "no reason given")
            if kind == "testSkipped" and test not in suites:
                results.append(("skipped", test, reasons[test]))
        elif kind == "testEnded" and test not in suites:
            running.pop(test, None)
            if test in issues:
                results.append(("failed", test, issues[test][0]))
            elif test in reasons:
                results.append(("skipped", test, texts[0] if texts else reasons[test]))
            else:
                results.append(("passed", test, ""))
    seen = {test for _, test, _ in results}
    # A suite's issue has no function of its own. A test that began and never ended was there when the process went down.
    results += [("failed", test or "swift test", found[0]) for test, found in issues.items() if test not in seen]
    results += [("failed", test, "was running when the test process ended") for test in running if test not in issues]
    return [(outcome, f"{(test or '').split('.')[0]}: {names.get(test, test)}", why) for outcome, test, why in results], ended


def main():
    events, code, results = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    try:
        with open(events) as file:
            found, ended = read(file)
    except FileNotFoundError:
        found, ended = [], False
    if not ended:
        found.append(("failed", "swift test", f"the test process did not finish (exit code {code})"))
    elif code != 0 and not any(outcome == "failed" for outcome, _, _ in found):
        found.append(("failed", "swift test", f"exit code {code} without a failed test"))
    with open(results, "a") as out:
        for outcome, test, why in found:
            print(outcome, test, why.replace("\n", " ").replace("\t", " "), sep="\t", file=out)


if __name__ == "__main__":
    main()
