import Foundation
import TestSupport
import Testing

/// The daemon restarted while its tools run.
@Suite(.timeLimit(.minutes(20)), .serialized)
struct AdoptionTests {
    private static func activity(_ name: String) -> String {
        "arn:aws:states:eu-central-1:123456789012:activity:\(name)"
    }

    private static func server(hold: Duration = .milliseconds(200)) async throws -> FakeStepFunctions {
        var options = FakeStepFunctions.Options()
        options.hold = hold
        return try await FakeStepFunctions.start(options)
    }

    @Test func `a restart in the middle of a tool: adopted, its output whole and once, the first token succeeds`()
        async throws
    {
        let server = try await Self.server()
        let runs = isFull ? 20 : 3
        var failures: [String] = []
        for number in 0..<runs {
            // The full form has one tool of a minute.
            let rounds = isFull && number == 0 ? 1100 : 30
            let restarts = number % 3 + 1
            failures += try await Self.restarted("adopt-\(number)", rounds: rounds, restarts: restarts, server)
        }
        figure("adopt.runs", runs)
        figure("adopt.failures", failures.count)
        #expect(failures == [])
        try await server.shutDown()
    }

    private static func restarted(
        _ name: String,
        rounds: Int,
        restarts: Int,
        _ server: FakeStepFunctions
    ) async throws -> [String] {
        let process = try DurableProcess(server: server.url, activity: activity(name))
        let token = server.schedule(
            activity: activity(name),
            input: TaskInput(execution: name, rounds: rounds).text,
            heartbeat: .seconds(60)
        )
        try process.start(wishes: ["restart"])
        for restart in 1...restarts {
            let line = "line \(restart * rounds / (restarts + 2))"
            try await wait("the tool's \(line)", limit: .seconds(120)) {
                process.log.contains("\(name).0.build \(line) ")
            }
            let status = try await process.stop()
            guard status == 0 else { return ["\(name): a restart ended with \(status ?? 99)"] }
            guard !process.supervisors().isEmpty else { return ["\(name): the tool did not run on"] }
            try process.start(wishes: restart == restarts ? nil : ["restart"])
        }
        try await server.wait("the task's end", limit: .seconds(400)) { $0.task(token)?.ending != nil }
        try await process.stop()
        var failures: [String] = []
        if case .succeeded = server.record.task(token)?.ending {
        } else {
            failures.append("\(name): ended as \(String(describing: server.record.task(token)?.ending))")
        }
        let runs = process.evidence("runs-\(name).0.build")
        if runs != ["start", "end"] { failures.append("\(name): the tool ran as \(runs)") }
        if !process.evidence("doubles").isEmpty { failures.append("\(name): two copies at once") }
        let log = process.log
        let mark = "\(name).0.build "
        let lines = log.split(separator: "\n").compactMap { line -> String? in
            guard let start = line.firstRange(of: mark)?.upperBound else { return nil }
            return String(line.suffix(from: start).prefix { $0 != "=" })
        }
        // Each line ends in the first of the log's own fields.
        let expected = (1...rounds).map { "line \($0) task" } + ["secret [redacted] task"]
        let differing = zip(lines, expected).first { !Self.isWhole($0, $1, log) }
        if lines.count != expected.count || differing != nil {
            failures.append(
                "\(name): \(lines.count) lines, not \(expected.count), or not those: \(String(describing: differing))"
            )
        }
        if log.contains("hunter2") { failures.append("\(name): a secret is in the log") }
        return failures
    }

    /// Whether `line` is the expected one, or the first piece of it and the log has the other: what might have begun a secret when the tool
    /// was left, as the 6 of `line 6` does in hexadecimal, is the successor's to say.
    private static func isWhole(_ line: String, _ expected: String, _ log: String) -> Bool {
        if line == expected { return true }
        let piece = line.dropLast(" task".count)
        guard expected.hasPrefix(piece) else { return false }
        return log.contains("] \(expected.dropFirst(piece.count))=")
    }

    @Test func `a secret that is added while the tool runs is redacted by the successor too`() async throws {
        let server = try await Self.server()
        let name = "rotated"
        let process = try DurableProcess(server: server.url, activity: Self.activity(name))
        // What a tool prints of a new secret comes after the stage has learnt it; here a file in the workspace stands for that.
        let token = server.schedule(
            activity: Self.activity(name),
            input: TaskInput(
                execution: name,
                rounds: 2,
                script:
                    "echo before; while [ ! -e \"$E/go\" ]; do sleep 0.05; done; echo \"$(cat \"$E/new\")\"; echo after"
            ).text,
            heartbeat: .seconds(60)
        )
        try process.start(wishes: ["restart"])
        try await wait("the tool") { process.log.contains("before") }
        #expect(try await process.stop() == 0)
        // As TaskRedactor keeps them: the stage of the old process learnt one more.
        let workspace = "\(process.folder.path)/work/\(process.names("work").first { $0 != "README" } ?? "")"
        try Data(#"["hunter2-hunter2-hunter2","rotated-meanwhile-99"]"#.utf8).write(
            to: URL(filePath: workspace + "/secrets")
        )
        try process.folder.write("evidence/new", "rotated-meanwhile-99")
        try process.start()
        try process.folder.write("evidence/go", "")
        try await server.wait("the end") { $0.task(token)?.ending != nil }
        try await process.stop()
        #expect(process.log.contains("after"))
        #expect(!process.log.contains("rotated-meanwhile"), "\(process.log)")
        try await server.shutDown()
    }

    @Test func `a stop that overtakes a restart waits for the tool`() async throws {
        let server = try await Self.server()
        let process = try DurableProcess(server: server.url, activity: Self.activity("overtaken"))
        let token = server.schedule(
            activity: Self.activity("overtaken"),
            input: TaskInput(execution: "overtaken", rounds: 40).text,
            heartbeat: .seconds(60)
        )
        try process.start(wishes: ["restart", "stop"])
        try await wait("the tool") { process.log.contains("line 3") }
        #expect(try await process.stop() == 0)
        guard case .succeeded = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(process.log)")
            return
        }
        // A supervisor ends a moment after it has written how its tool ended.
        try await wait("the supervisor's end") { process.supervisors().isEmpty }
        try await server.shutDown()
    }

    @Test func `a shutdown that overtakes a stop interrupts`() async throws {
        let server = try await Self.server()
        let process = try DurableProcess(server: server.url, activity: Self.activity("shutdown"))
        let token = server.schedule(
            activity: Self.activity("shutdown"),
            input: TaskInput(execution: "shutdown", rounds: 2000).text,
            heartbeat: .seconds(60)
        )
        try process.start(wishes: ["stop", "stop", "shutdown"])
        try await wait("the tool") { process.log.contains("line 3") }
        #expect(try await process.stop() == 0)
        guard case .failed("Builder.Interrupted", _) = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(process.log)")
            return
        }
        #expect(process.evidence("shutdown.0.effects").contains("clean-up"))
        try await server.shutDown()
    }

    @Test func `a task that arrives while handing over is the successor's`() async throws {
        // Polls are held long enough to be open when the signal comes.
        let server = try await Self.server(hold: .seconds(2))
        let process = try DurableProcess(server: server.url, activity: Self.activity("late"), slots: 2)
        try process.start(wishes: ["restart"])
        try await server.wait("both polls") { $0.openPolls == 2 }
        process.signal(SIGTERM)
        try await wait("the hand-over") { process.log.contains("handing over") }
        let token = server.schedule(
            activity: Self.activity("late"),
            input: TaskInput(execution: "late").text,
            heartbeat: .seconds(60)
        )
        #expect(try await process.ended() == 0)
        #expect(server.record.task(token)?.handedOut != nil && server.record.task(token)?.ending == nil)
        #expect(process.evidence("runs-late.0.build").isEmpty, "it was started all the same")
        try process.start()
        try await server.wait("the end") { $0.task(token)?.ending != nil }
        guard case .succeeded = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(process.log)")
            return
        }
        try await process.stop()
        try await server.shutDown()
    }

    @Test(arguments: [["restart", "stop"], ["restart", "shutdown"]])
    func `a task that arrived for a successor who will not come is failed for a retry`(wishes: [String]) async throws {
        let server = try await Self.server(hold: .seconds(2))
        let process = try DurableProcess(server: server.url, activity: Self.activity("orphaned"), slots: 2)
        try process.start(wishes: wishes)
        try await server.wait("both polls") { $0.openPolls == 2 }
        process.signal(SIGTERM)
        try await wait("the hand-over") { process.log.contains("handing over") }
        let token = server.schedule(
            activity: Self.activity("orphaned"),
            input: TaskInput(execution: "orphaned").text,
            heartbeat: .seconds(60)
        )
        #expect(try await process.ended() == 0, "\(process.log)")
        let error = wishes.last == "stop" ? "Builder.Draining" : "Builder.Interrupted"
        guard case .failed(error, _) = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(process.log)")
            return
        }
        #expect(process.evidence("runs-orphaned.0.build").isEmpty)
        try await server.shutDown()
    }

    @Test func `a report that could not be made is made by the successor`() async throws {
        let server = try await Self.server()
        server.inject(.reset, on: .sendTaskSuccess, next: .max)
        let process = try DurableProcess(server: server.url, activity: Self.activity("report"))
        let token = server.schedule(
            activity: Self.activity("report"),
            input: TaskInput(execution: "report").text,
            heartbeat: .seconds(60)
        )
        try process.start(wishes: ["restart"])
        try await server.wait("reports that fail") { $0.calls(.sendTaskSuccess).count > 2 }
        #expect(try await process.stop() == 0)
        #expect(server.record.task(token)?.ending == nil)
        server.heal()
        try process.start()
        try await server.wait("the end") { $0.task(token)?.ending != nil }
        try await process.stop()
        guard case .succeeded = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))")
            return
        }
        #expect(process.evidence("report.0.effects") == ["prepare", "describe", "tag"])
        try await server.shutDown()
    }
}
