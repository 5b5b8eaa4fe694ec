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

    private func view(width: Int?) -> StatusView {
        // Two hours after the pause began.
        StatusView(document: document, width: width, now: Date(timeIntervalSince1970: 1_795_626_000))
    }

    private func texts(_ lines: [StyledLine]) -> [String] { lines.map { $0.text(plain) } }

    @Test func `a piped status is plain text that says stages, who paused one since when, and tasks, uncut`() {
        let lines = texts(view(width: nil).lines)
        let text = lines.joined(separator: "\n")
        #expect(!text.contains("\u{1B}"))
        #expect(
            lines[0]
                == "builderd 1.2.3 · running · up 2 h 5 min · credentials without end · journal: 1 open, 5 ended · "
                + "tools in cgroups with Landlock"
        )
        #expect(text.contains("bakery     1/2 ■□  1      12 s ago   polling"), "\(text)")
        #expect(text.contains("paused since 2026-11-25T15:00:00Z by user alice (uid 1000, process 7)"))
        #expect(text.contains("0123456789abcdef  bakery  hel?[31mlo   4 min 12 s  1 min 25 s  packer build"), "\(text)")
    }

    @Test func `dropped log entries are a line of their own, where a daemon tells of any`() throws {
        var document = document
        func problems() -> [String] {
            texts(StatusView(document: document, width: 120, now: .now).lines).filter { $0.hasPrefix("!") }
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

    @Test func `a problem's whole sentence stands in what is piped`() {
        var troubled = document
        troubled.credentials.lastFailure = String(repeating: "word ", count: 200) + "end"
        let lines = texts(StatusView(document: troubled, width: nil, now: .now).lines)
        #expect(lines[1].hasPrefix("! credentials: word") && lines[1].hasSuffix("word end"), "\(lines[1])")
    }

    @Test(arguments: [
        (110, "paused since 2026-11-25T15:00:00Z by user alice (uid 1000, process 7)"),
        (80, "paused since 2026-11-25T15:00:00Z by alice"), (72, "paused since 2026-11-25T15:00:00Z"),
        (55, "paused 2 h"), (30, "paused 2 h"),
    ])
    func `who paused a stage, and since when, is said as fully as there is room for`(width: Int, text: String) {
        let line = texts(view(width: width).lines).first { $0.hasPrefix("provision") } ?? ""
        #expect(line.hasSuffix("  " + text), "\(line)")
    }

    @Test func `colours are those of the view and nothing else; without them the text is the same`() {
        let lines = view(width: 120).lines
        let coloured = lines.map { $0.text(Style(isColoured: true)) }
        let stripped = coloured.map { $0.replacing(#/\u{1B}\[[0-9]*m/#, with: "") }
        #expect(stripped != coloured)
        #expect(stripped == texts(lines))
    }

    /// The document with problems and this many more tasks, whose names are wide.
    private func crowded(_ tasks: Int) -> StatusDocument {
        var document = document
        document.credentials.lastFailure = String(repeating: "漢字 and a long story, ", count: 20)
        document.stages[0].problem = "states.GetActivityTask: no such activity"
        for number in 0..<tasks {
            var task = document.stages[0].tasks[0]
            (task.task, task.application) = ("task-\(number)", "アプリ\u{301}🚀")
            document.stages[0].tasks.append(task)
        }
        return document
    }

    @Test(arguments: [(120, 30), (80, 24), (60, 8), (35, 8), (35, 5), (20, 3), (8, 2), (1, 1)])
    func `a screen is never wider or higher than the terminal`(width: Int, height: Int) {
        for tasks in [0, 1, 5, 50] {
            let lines = StatusView(document: crowded(tasks), width: width, now: .now).lines(height: height)
            #expect(lines.count <= height)
            for line in lines { #expect(line.columns <= width, "\(line.text(plain))") }
        }
    }

    @Test
    func `a crowded screen keeps the headline, the stages and the problems, and counts the tasks that are missing`() {
        let lines = texts(StatusView(document: crowded(9), width: 60, now: .now).lines(height: 8))
        #expect(lines.count == 8)
        #expect(lines[0].hasPrefix("builderd 1.2.3 · running"))
        #expect(lines[1].hasPrefix("! credentials: 漢字") && lines[1].hasSuffix("…"), "\(lines[1])")
        #expect(lines[2] == "! bakery: states.GetActivityTask: no such activity")
        #expect(lines[3].hasPrefix("bakery") && lines[4].hasPrefix("provision"))
        #expect(lines[5].hasPrefix("0123456789abcdef") && lines[6].hasPrefix("task-0"))
        #expect(lines[7] == "… 8 more tasks")
        let least = texts(StatusView(document: crowded(9), width: 60, now: .now).lines(height: 4))
        #expect(least.dropFirst(1).map { $0.prefix(9) } == ["bakery   ", "provision", "… 2 more "], "\(least)")
        #expect(least[3] == "… 2 more problems, 10 more tasks")
    }

    @Test func `room that is left goes to headings, whole sentences and blank lines, and no further`() {
        let view = StatusView(document: crowded(2), width: 100, now: .now)
        #expect(view.lines(height: 100) == view.lines)
        #expect(view.lines(height: view.lines.count) == view.lines)
        #expect(view.lines(height: view.lines.count - 1).count == view.lines.count - 1)
    }

    @Test func `what others wrote can neither move the cursor nor reorder a line`() {
        let hostile = "a\u{1B}[2J\u{9B}K\r\n\u{7F}\u{202E}b\u{2028}c\u{2066}\td"
        #expect(Printable.line(hostile) == "a?[2J?K? ??b?c? d")
        #expect(Printable.text(hostile).contains("\n") && Printable.text("é日🚀") == "é日🚀")
    }

    @Test(arguments: [
        ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("ｱｲｳ", 3), ("한국어", 6), ("🚀", 2), ("■□…·", 4),
        ("\u{200B}", 0),
        ("Ａ", 2),
    ])
    func `widths are those of a terminal`(text: String, columns: Int) {
        #expect(Columns.of(text) == columns, "\(text)")
    }

    @Test func `a cut never splits a wide character, and a wrapped line loses no word`() {
        #expect(Columns.cut("日本語", 4) == "日…")
        #expect(Columns.cut("日本語", 6) == "日本語")
        let text = "one two three 日本語のアプリケーション four " + String(repeating: "x", count: 50)
        let lines = texts(StyledLine.wrapped(text, width: 24))
        #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " }, "\(lines)")
        for line in lines { #expect(Columns.of(line) <= 24, "\(line)") }
    }

    @Test(arguments: [
        (["TERM": "xterm"], true, true), (["TERM": "xterm"], false, false),
        (["TERM": "xterm", "NO_COLOR": "1"], true, false), (["TERM": "xterm", "NO_COLOR": ""], true, true),
        (["TERM": "dumb"], true, false), ([:], true, false), (["TERM": ""], true, false),
    ])
    func `colours are off without a terminal, with NO_COLOR, and where TERM is dumb or not set`(
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

    @Test func `where there is no room a column is left out, then the last one is cut; without a width nothing is`() {
        var table = Table("A", .init("C", rank: 1), "B")
        table.add("one", "two", .init(String(repeating: "x", count: 200)))
        let lines = table.lines(width: 40)
        #expect(lines.map(\.columns).max() == 40)
        #expect(lines[1].text(plain).hasSuffix("x…") && lines[1].text(plain).hasPrefix("one  two  x"))
        #expect(table.lines(width: nil).map(\.columns).max() == 210)
        let narrow = table.lines(width: 18).map { $0.text(plain) }
        #expect(narrow[0] == "A    B" && narrow[1] == "one  " + String(repeating: "x", count: 12) + "…", "\(narrow)")
    }
}
