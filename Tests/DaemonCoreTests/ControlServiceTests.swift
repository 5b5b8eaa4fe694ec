import ActivityWorker
import Foundation
import Logging
import Observability
import Synchronization
import TestSupport
import Testing
import ToolSupervisor

@testable import DaemonCore

@Suite("The control socket's answers")
struct ControlServiceTests {
    private let target = StubTarget()
    private let log: Recorder
    private let refusals: RefusalLog
    /// A number that no process has: there are at most four million.
    private let alice = SocketPeer(process: 5_000_000, user: 4_000_000_001, isMember: true)

    init() {
        log = Recorder()
        refusals = RefusalLog(logger: log.logger)
    }

    private func ask(
        _ method: String,
        _ uri: String,
        peer: SocketPeer?,
        origin: ToolTrace.Origin = .elsewhere
    ) async -> LocalResponse {
        let access = ControlAccess(user: 4_000_000_000, group: "operators") { _ in origin }
        let service = ControlService(target: target, access: access, refusals: refusals, logger: log.logger)
        return await service.answer(LocalRequest(method: method, uri: uri, peer: peer))
    }

    @Test(arguments: [
        (SocketPeer(process: 1, user: 0, isMember: false), true),
        (SocketPeer(process: 1, user: 4_000_000_000, isMember: false), true),
        (SocketPeer(process: 1, user: 4_000_000_001, isMember: true), true),
        (SocketPeer(process: 1, user: 4_000_000_001, isMember: false), false), (nil, false),
    ])
    func `root, the daemon's user and the group's members are admitted, and nobody else`(
        peer: SocketPeer?,
        isAdmitted: Bool
    ) async {
        let answer = await ask("POST", "/stages/bakery/pause", peer: peer)
        #expect(answer.code == (isAdmitted ? 200 : 403))
        #expect(target.paused == (isAdmitted ? ["bakery"] : []))
        if !isAdmitted {
            #expect(answer.text.contains("the group operators (control.group)"))
            #expect(log.lines.contains { $0.level == .warning && $0.text.contains("is refused") })
        }
    }

    @Test(arguments: [0, 4_000_000_000, 4_000_000_001])
    func `a tool is refused whoever it runs as, told so, and logged with its name`(user: UInt32) async throws {
        let tool = ToolTrace.Tool(
            cgroup: "/system.slice/builderd.service/tool-1",
            folder: "/work/t9/tools/terraform-apply"
        )
        for (method, uri) in [("POST", "/stages/all/pause"), ("POST", "/tasks/t1/cancel"), ("GET", "/tasks/t1/log")] {
            let peer = SocketPeer(process: 5_000_000, user: user, isMember: true)
            let answer = await ask(method, uri, peer: peer, origin: .tool(tool))
            #expect(answer.code == 403)
            let problem = try decode(ControlProblem.self, answer)
            #expect(problem.error.contains("the tool terraform-apply of task t9") && !problem.next.isEmpty)
        }
        #expect(target.paused.isEmpty && target.cancelledBy.isEmpty)
        let line = try #require(log.lines.first)
        #expect(line.level == .warning && line.text.contains("POST /stages/all/pause"))
        #expect(line.text.contains("(cgroup /system.slice/builderd.service/tool-1)"))
        #expect(
            line.metadata == [
                "MESSAGE_ID": "\(RefusedTool.messageID)", "BUILDERD_TASK": "t9", "BUILDERD_TOOL": "terraform-apply",
            ]
        )
    }

    @Test func `whoever is refused again and again gets one line, and one more with how often`() async {
        let tool = ToolTrace.Tool(cgroup: "/x/tool-1", folder: "/work/t9/tools/terraform-apply")
        let moved = ToolTrace.Tool(cgroup: "/x/tool-of-its-choice", folder: "/work/t9/tools/terraform-apply")
        let peer = SocketPeer(process: 5_000_000, user: 4_000_000_000, isMember: true)
        for _ in 0..<100 {
            for origin in [ToolTrace.Origin.tool(tool), .tool(moved), .tool(ToolTrace.Tool()), .unknown] {
                #expect(await ask("POST", "/stages/all/pause", peer: peer, origin: origin).code == 403)
            }
        }
        #expect(log.lines.count == 3)
        refusals.periodEnded()
        #expect(
            log.lines.dropFirst(3).map(\.text) == [
                "control socket: processes that were gone: refused 99 more times",
                "control socket: the tool terraform-apply of task t9: refused 199 more times",
                "control socket: tools without a name: refused 99 more times",
            ]
        )
        #expect(log.lines[4].metadata["BUILDERD_TASK"] == "t9" && log.lines[5].metadata["BUILDERD_TASK"] == nil)
        // Those who go on are only counted; who was silent for a period is told of at once again.
        _ = await ask("GET", "/tasks", peer: peer, origin: .unknown)
        refusals.periodEnded()
        #expect(log.lines.last?.text == "control socket: processes that were gone: refused 1 more times")
        let count = log.lines.count
        _ = await ask("GET", "/tasks", peer: peer, origin: .tool(tool))
        #expect(log.lines.count == count + 1)
    }

    @Test func `a refused tool of ever new names gets no more lines than there is room for`() {
        for number in 0..<1000 { refusals.add(RefusalLog.Asker("\(number)"), "\(number)") }
        refusals.periodEnded()
        #expect(log.lines.count == RefusalLog.mostAskers + 1)
        #expect(log.lines.last?.text == "control socket: others: refused \(1000 - RefusalLog.mostAskers) more times")
    }

    @Test(arguments: [(UInt32(4_000_000_000), 403), (0, 200), (4_000_000_001, 200)])
    func `a process that is gone is refused where it may have been a tool`(user: UInt32, code: Int) async {
        let peer = SocketPeer(process: 5_000_000, user: user, isMember: true)
        let answer = await ask("POST", "/stages/bakery/pause", peer: peer, origin: .unknown)
        #expect(answer.code == code, "\(answer.text)")
        #expect(target.paused == (code == 200 ? ["bakery"] : []))
    }

    @Test func `a cancel that could not be written down is told as one`() async throws {
        let plain = try decode(CancelledDocument.self, await ask("POST", "/tasks/t1/cancel", peer: alice))
        #expect(plain == CancelledDocument(cancelled: "t1"))
        let answer = await ask("POST", "/tasks/unwritten/cancel", peer: alice)
        #expect(try decode(CancelledDocument.self, answer).warning?.contains("paths.state") == true)
    }

    @Test func `who has become another user since the login is named with both`() {
        let peer = SocketPeer(process: 5_000_000, user: 0, isMember: false)
        #expect(ControlAccess.name(of: peer, login: { _ in nil }) == "user root (uid 0, process 5000000)")
        #expect(ControlAccess.name(of: peer, login: { _ in 0 }) == "user root (uid 0, process 5000000)")
        let login: UInt32 = 4_000_000_002
        #expect(
            ControlAccess.name(of: peer, login: { $0 == 5_000_000 ? login : nil })
                == "user 4000000002 as root (uid 0, process 5000000)"
        )
        #expect(LoginUser.of(0) == nil)
    }

    @Test func `every change is logged with who asked, and told to them`() async throws {
        let first = await ask("POST", "/stages/all/pause", peer: alice)
        #expect(try decode(StagesDocument.self, first) == .init(changed: ["bakery", "provision"], unchanged: []))
        let second = await ask("POST", "/stages/bakery/pause", peer: alice)
        #expect(try decode(StagesDocument.self, second) == .init(changed: [], unchanged: ["bakery"]))
        _ = await ask("POST", "/stages/bakery/resume", peer: alice)
        #expect(target.paused == ["provision"])
        _ = await ask("POST", "/tasks/t1/cancel", peer: alice)
        _ = await ask("POST", "/tasks/late/cancel", peer: alice)
        let who = "user (uid 4000000001, process 5000000)"
        #expect(
            log.lines.filter { $0.level == .notice }.map(\.text) == [
                "paused by \(who): bakery, provision", "resumed by \(who): bakery",
                "task late: \(who) asks to cancel it: tooLate",
            ]
        )
        #expect(target.cancelledBy == [who])
    }

    @Test(arguments: [
        ("GET", "/", 404), ("GET", "/nothing", 404), ("GET", "/stages/bakery/pause", 404), ("POST", "/tasks/t1", 404),
        ("POST", "/stages/retired/pause", 404), ("GET", "/tasks/unknown", 404), ("POST", "/tasks/unknown/cancel", 404),
        ("POST", "/tasks/late/cancel", 409), ("POST", "/tasks/ending/cancel", 409), ("GET", "/tasks/t1/log", 200),
        ("GET", "/tasks/unknown/log", 404), ("GET", "/tasks?ended=3", 200), ("GET", "/tasks?ended=x", 200),
        ("DELETE", "/tasks/t1", 404), ("POST", "/stages/broken/pause", 404),
    ])
    func `what cannot be done is refused with what to do`(method: String, uri: String, code: Int) async throws {
        let answer = await ask(method, uri, peer: alice)
        #expect(answer.code == code, "\(answer.text)")
        if code != 200 {
            let problem = try decode(ControlProblem.self, answer)
            #expect(!problem.error.isEmpty && !problem.next.isEmpty)
        }
    }

    @Test func `a cancel of a task that has ended says how it ended`() async throws {
        let answer = await ask("POST", "/tasks/ended/cancel", peer: alice)
        #expect(answer.code == 409)
        #expect(try decode(ControlProblem.self, answer).error == "task ended has ended already: reported success")
    }

    @Test func `a pause that cannot be recorded is an error, and logged`() async throws {
        target.failure = "No space left on device"
        let answer = await ask("POST", "/stages/bakery/pause", peer: alice)
        #expect(answer.code == 500 && answer.text.contains("No space left on device"))
        #expect(log.lines.contains { $0.level == .error && $0.text.contains("cannot be recorded") })
    }

    @Test func `a log has as many lines as asked for`() async {
        #expect(await ask("GET", "/tasks/t1/log?lines=2", peer: alice).text == "line 2\nline 3\n")
        #expect(await ask("GET", "/tasks/t1/log?lines=0", peer: alice).text == "")
        #expect(await ask("GET", "/tasks/%741/log?lines=999999", peer: alice).text == "line 1\nline 2\nline 3\n")
    }

    private func decode<Document: Decodable>(_ type: Document.Type, _ answer: LocalResponse) throws -> Document {
        try JSONDecoder().decode(type, from: Data(answer.text.utf8))
    }
}

/// Remembers what is logged.
private final class Recorder: Sendable {
    struct Line: Sendable {
        var level: Logger.Level
        var text: String
        var metadata: Logger.Metadata
    }

    private let kept = Mutex<[Line]>([])

    var lines: [Line] { kept.withLock { $0 } }
    var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    private struct Handler: LogHandler {
        let recorder: Recorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            recorder.kept.withLock {
                $0.append(Line(level: event.level, text: "\(event.message)", metadata: event.metadata ?? [:]))
            }
        }
    }
}

/// A daemon of two stages and one task.
private final class StubTarget: ControlTarget {
    private struct State {
        var paused: [String] = []
        var cancelledBy: [String] = []
        var failure: String?
    }

    private struct Failure: Error, CustomStringConvertible { var description: String }

    private let state = Mutex(State())
    let stages = ["bakery", "provision"]

    var paused: [String] { state.withLock { $0.paused } }
    var cancelledBy: [String] { state.withLock { $0.cancelledBy } }
    var failure: String? {
        get { state.withLock { $0.failure } }
        set { state.withLock { $0.failure = newValue } }
    }

    func pause(_ stages: [String], by who: String) async throws -> [String] {
        if let failure { throw Failure(description: failure) }
        return state.withLock { state in
            let new = stages.filter { !state.paused.contains($0) }
            state.paused += new
            return new
        }
    }

    func resume(_ stages: [String], by who: String) async throws -> [String] {
        state.withLock { state in
            let known = stages.filter(state.paused.contains)
            state.paused.removeAll(where: known.contains)
            return known
        }
    }

    func cancel(_ task: String, by who: String) -> TaskCancellation {
        switch task {
        case "t1":
            state.withLock { $0.cancelledBy.append(who) }
            return .cancelled
        case "unwritten": return .cancelledUnrecorded
        case "late": return .tooLate
        case "ending": return .ending
        default: return .unknown
        }
    }

    func details(of task: String) async -> TaskDocument? {
        task == "ended"
            ? TaskDocument(claim: "c", stage: "bakery", state: "reported success", steps: [], tools: [], log: "") : nil
    }
    func ended(_ count: Int) async -> [EndedTaskDocument] { [] }
    func logLines(of task: String, _ count: Int) async -> [String]? {
        task == "t1" ? Array(["line 1", "line 2", "line 3"].suffix(count)) : nil
    }
}
