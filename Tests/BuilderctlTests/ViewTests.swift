import DaemonCore
import FoundationEssentials
import Testing

@testable import builderctl

@Suite struct ViewTests {
    private let plain = Style(isColoured: false)

    /// What a daemon answers.
    private let document: StatusDocument

    init() throws {
        let json = """
            {"version": "1.2.3", "phase": "running", "uptimeSeconds": 7500,
             "credentials": {"source": "environment", "pastExpiration": false},
             "journal": {"open": 1, "history": 5, "quarantined": 0},
             "tools": {"containment": "cgroup", "landlock": true},
             "stages": [
               {"stage": "bakery", "phase": "running", "slots": 2, "busy": 1, "openPolls": 1, "lastPollSeconds": 12,
                "paused": false, "tasks": [
                  {"task": "0123456789abcdef", "claim": "fedcba9876543210", "application": "hel\\u001b[31mlo",
                   "action": "run", "attempt": 0, "step": "packer build", "ageSeconds": 252, "leaseLeftSeconds": 85,
                   "reporting": false, "cancelled": false}]},
               {"stage": "provision", "phase": "running", "slots": 2, "busy": 0, "openPolls": 1, "lastPollSeconds": 12,
                "paused": true, "pausedBy": "user alice (uid 1000, process 7)", "pausedSince": "2026-11-25T15:00:00Z",
                "tasks": []}]}
            """
        document = try JSONDecoder().decode(StatusDocument.self, from: Data(json.utf8))
    }

    @Test func `a piped status is plain text that says stages, who paused one, and tasks`() {
        let lines = StatusView(document: document, style: plain, width: 120).lines
        let text = lines.joined(separator: "\n")
        #expect(!text.contains("\u{1B}"))
        #expect(
            lines[0]
                == "builderd 1.2.3 · running · up 2 h 5 min · credentials without end · journal: 1 open, 5 ended · "
                + "tools in cgroups with Landlock"
        )
        #expect(text.contains("bakery     1/2 ■□  1      12 s ago   polling"), "\(text)")
        #expect(text.contains("paused by user alice (uid 1000, process 7) since 2026-11-25T15:00:00Z"))
        #expect(text.contains("0123456789abcdef  bakery  hel?[31mlo   4 min 12 s  1 min 25 s  packer build"), "\(text)")
    }

    @Test func `dropped log entries are a line of their own, where a daemon tells of any`() throws {
        var document = document
        func problems() -> [String] {
            StatusView(document: document, style: plain, width: 120).lines.filter { $0.hasPrefix("!") }
        }
        #expect(problems() == [])
        document.log = try JSONDecoder().decode(
            StatusDocument.Log.self,
            from: Data(#"{"waiting": 3, "dropped": 0}"#.utf8)
        )
        #expect(problems() == [])
        document.log?.dropped = 7
        #expect(problems() == ["! log: systemd's journal did not take 7 entries since the start"])
    }

    @Test func `colours are those of the view and nothing else; without them the text is the same`() {
        let coloured = StatusView(document: document, style: Style(isColoured: true), width: 120).lines
        let stripped = coloured.map { $0.replacing(#/\u{1B}\[[0-9]*m/#, with: "") }
        #expect(stripped != coloured)
        #expect(stripped == StatusView(document: document, style: plain, width: 120).lines)
    }

    @Test(arguments: [
        ([:], true, true), ([:], false, false), (["NO_COLOR": "1"], true, false), (["NO_COLOR": ""], true, true),
        (["TERM": "dumb"], true, false), (["TERM": "xterm-256color"], true, true),
    ])
    func `colours are off without a terminal, with NO_COLOR, and on a dumb terminal`(
        environment: [String: String],
        isTerminal: Bool,
        isColoured: Bool
    ) {
        #expect(Style.detect(environment: environment, isTerminal: isTerminal).isColoured == isColoured)
    }

    @Test(arguments: [
        (0.0, "0 s"), (59.9, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (86_400, "1 d"),
        (90_061, "1 d 1 h"), (-5, "0 s"),
    ])
    func `spans have their two largest units`(seconds: Double, text: String) { #expect(Span.text(seconds) == text) }

    @Test func `the last column is cut at the width, and nothing is longer`() {
        var table = Table("A", "B")
        table.add("one", .init(String(repeating: "x", count: 200)))
        let lines = table.lines(plain, width: 40)
        #expect(lines.map(\.count).max() == 40)
        #expect(lines[1].hasSuffix("…"))
    }
}
