"""The release on the screen: one line per stage, redrawn on a terminal, one line per change elsewhere."""
import json
import shutil
import sys

STAGES = {
    "Pre Provision": "preProvision", "Bakery": "bakery", "Provision": "provision", "Validation": "validation",
    "Post Provision": "postProvision",
}


class State:
    """What the execution's history says of one state."""

    def __init__(self, name):
        self.name, self.phase = name, "waiting"  # waiting, queued, running, failed, done
        self.entered = self.ended = self.failure = None
        self.attempts = 0

    def seconds(self, now):
        return ((self.ended or now) - self.entered).total_seconds() if self.entered else 0


class Progress:
    """An execution's history as states; `read` takes each event once."""

    def __init__(self):
        self.states = {name: State(name) for name in STAGES}
        self.seen, self.current, self.rolled_back = 0, None, None

    def read(self, events):
        """Takes the whole history so far and yields (state, what happened) for what is new in it."""
        for event in events[self.seen:]:
            kind = event["type"]
            if kind == "TaskStateEntered":
                name = event["stateEnteredEventDetails"]["name"]
                self.current = self.states.setdefault(name, State(name))
                self.current.entered, self.current.phase = event["timestamp"], "queued"
            elif self.current is None:
                continue
            elif kind == "ActivityStarted":
                self.current.phase = "running"
                self.current.attempts += 1
                yield self.current, f"started by {event['activityStartedEventDetails'].get('workerName', 'a worker')}"
            elif kind in ("ActivityFailed", "ActivityTimedOut"):
                details = event.get("activityFailedEventDetails") or event.get("activityTimedOutEventDetails") or {}
                self.current.phase, self.current.ended, self.current.failure = "failed", event["timestamp"], details
                yield self.current, f"failed: {details.get('error')}"
            elif kind == "TaskStateExited":
                if self.current.name == "Roll Back":
                    self.rolled_back = json.loads(event["stateExitedEventDetails"]["output"]).get("rollBack")
                if self.current.phase == "running":
                    self.current.phase, self.current.ended = "done", event["timestamp"]
                    yield self.current, "done"
        self.seen = len(events)


class View:
    """Draws a `Progress`."""

    marks = {"waiting": "·", "queued": "…", "running": "▶", "failed": "✗", "done": "✔"}
    colours = {"running": "36", "failed": "31", "done": "32"}

    def __init__(self, out=sys.stdout):
        self.out, self.live, self.drawn = out, out.isatty(), 0

    def event(self, state, what, seconds):
        if not self.live:
            print(f"{seconds:6.1f} s  {state.name}: {what}", file=self.out, flush=True)

    def draw(self, progress, now, steps):
        """`steps`: stage name → what it does at the moment, as builderd's /status says."""
        if not self.live:
            return
        # A line that wrapped would be two, and the next drawing would begin too low. The width is asked anew: it may change.
        lines, width = [], shutil.get_terminal_size().columns - 1
        for state in progress.states.values():
            mark, colour = self.marks[state.phase], self.colours.get(state.phase)
            text = f"  {mark} {state.name:<15}" + (f"{state.seconds(now):6.1f} s" if state.entered else "")
            if state.phase == "running":
                text += f"  {steps.get(STAGES.get(state.name), '')}"
            elif state.phase == "failed":
                text += f"  {state.failure.get('error')}"
            lines.append(f"\033[{colour}m{text[:width]}\033[0m" if colour else text[:width])
        up = f"\033[{self.drawn}A" if self.drawn else ""
        self.out.write(up + "".join(f"\r\033[K{line}\n" for line in lines))
        self.out.flush()
        self.drawn = len(lines)


def brief(value):
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def output_lines(stages):
    """What each stage returned, a line each; a stage that returned nothing has none."""
    def pre_provision(found):
        parameters = [f"{one['name']} (version {one['version']})" for one in found["parameters"].values()]
        return f"{len(parameters)} parameters, {parameters[0].rsplit('/', 1)[0]}/..." if parameters else "no parameters"

    def bakery(found):
        encrypted = "encrypted" if found["encrypted"] else "NOT encrypted"
        return f"{found['imageId']}, {encrypted}, {found['imageName']}"

    def provision(found):
        outputs = ", ".join(f"{name} = {brief(value)}" for name, value in sorted(found["outputs"].items()))
        return f"{found['added']} added, {found['changed']} changed, {found['removed']} removed; {outputs}"

    def validation(found):
        names = ", ".join(profile["name"] for profile in found["profiles"])
        return (
            f"{found['passed']} of {found['controls']} controls passed, {found['failed']} failed, {found['skipped']} skipped, "
            f"{found['waived']} waived ({names})"
        )

    def post_provision(found):
        tests = ", ".join(f"{test['name']} {test['status']} in {test['attempts']} tries" if test["attempts"] != 1 else f"{test['name']} {test['status']}"
                          for test in found["smokeTests"])
        item = found["inventory"]
        return f"smoke tests: {tests or 'none'}; inventory item {item['table']} {item['pk']} {item['sk']}"

    writers = dict(zip(STAGES.values(), (pre_provision, bakery, provision, validation, post_provision)))
    for name, stage in STAGES.items():
        if stage in stages:
            yield f"  {name:<15} {writers[stage](stages[stage])}"


def roll_back_line(found):
    """What Roll Back returned."""
    if found["action"] == "restore":
        what = f"went back to the release {found['restored']['version']} of {found['restored']['execution'].rsplit(':', 1)[1]}"
    else:
        what = "no release had been completed before: took the stack down"
    return f"  {'Roll Back':<15} {what}; {found['added']} added, {found['changed']} changed, {found['removed']} removed"


def failure_lines(error, cause):
    """A failure's name and the parts of its cause that tell a person what to do."""
    yield f"  {error}"
    try:
        parts = json.loads(cause or "")
    except ValueError:
        parts = {"message": cause}
    for name in ("message", "step", "next", "log", "detail"):
        if isinstance(parts, dict) and parts.get(name):
            yield f"  {name}: {parts[name]}"
