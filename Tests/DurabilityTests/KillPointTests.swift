import Foundation
import TestSupport
import Testing

/// The worker killed at every journal write and around every effect, and started again.
@Suite(.timeLimit(.minutes(30)), .serialized)
struct KillPointTests {
    private static func activity(_ name: String) -> String {
        "arn:aws:states:eu-central-1:123456789012:activity:\(name)"
    }

    @Test
    func `killed at every point and started again, each task ends once, no tool runs twice, no recorded step again`()
        async throws
    {
        var options = FakeStepFunctions.Options()
        options.hold = .milliseconds(100)
        let server = try await FakeStepFunctions.start(options)
        var cases: [(way: KillWay, point: Int)] = []
        for way in KillWay.allCases {
            let points = try await Self.uninterrupted(way, server)
            try #require(points.count >= way.fewestPoints, "\(way): \(points)")
            cases += (1...points.count).map { (way, $0) }
        }
        let violations = try await Self.inParallel(cases) {
            try await Self.violations($0.way, killedAt: $0.point, server)
        }
        figure("kill-point.cases", cases.count)
        figure("kill-point.violations", violations.count)
        #expect(violations == [])
        try await server.shutDown()
    }

    @Test func `killed again and again at random points, the same holds`() async throws {
        var options = FakeStepFunctions.Options()
        options.hold = .milliseconds(100)
        let server = try await FakeStepFunctions.start(options)
        let violations = try await Self.inParallel(Array(1...(isFull ? 40 : 4))) { number in
            try await Self.violations(killedOftenAs: number, server)
        }
        figure("kill-again.runs", isFull ? 40 : 4)
        figure("kill-again.violations", violations.count)
        #expect(violations == [])
        try await server.shutDown()
    }

    /// Three at a time: each waits more than it works.
    private static func inParallel<Case: Sendable>(
        _ cases: [Case],
        _ body: @escaping @Sendable (Case) async throws -> [String]
    ) async throws -> [String] {
        try await withThrowingTaskGroup(of: [String].self) { group in
            var rest = cases[...]
            var found: [String] = []
            for _ in 0..<3 {
                if let one = rest.popFirst() { group.addTask { try await body(one) } }
            }
            while let result = try await group.next() {
                found += result
                if let one = rest.popFirst() { group.addTask { try await body(one) } }
            }
            return found
        }
    }

    /// The names of the points that a task passes which is not killed.
    private static func uninterrupted(_ way: KillWay, _ server: FakeStepFunctions) async throws -> [String] {
        let name = "uninterrupted-\(way)"
        let process = try DurableProcess(server: server.url, activity: activity(name))
        let token = schedule(way, name, server)
        try process.start()
        let stopping = stopping(way, process, name, token, server)
        try await server.wait("the task's end", limit: .seconds(60)) { $0.task(token)?.ending != nil }
        try await wait("the journal") { process.names("state/tasks").isEmpty }
        stopping?.cancel()
        #expect(try await process.stop() == 0, "\(process.log)")
        #expect(process.evidence("\(name).0.effects") == way.steps)
        return process.points
    }

    private static func schedule(_ way: KillWay, _ name: String, _ server: FakeStepFunctions) -> String {
        server.schedule(activity: activity(name), input: way.input(name).text, heartbeat: .seconds(60))
    }

    /// Stops the execution when its first tool has begun, whichever life of the worker that is in.
    private static func stopping(
        _ way: KillWay,
        _ process: DurableProcess,
        _ name: String,
        _ token: String,
        _ server: FakeStepFunctions
    ) -> Task<Void, any Error>? {
        guard way == .dies else { return nil }
        let evidence = process.folder.path + "/evidence/runs-\(name).0.build"
        return Task {
            try await wait("the tool") { FileManager.default.fileExists(atPath: evidence) }
            server.stop(token)
        }
    }

    private static func violations(
        _ way: KillWay,
        killedAt point: Int,
        _ server: FakeStepFunctions
    ) async throws -> [String] {
        let name = "\(way)-\(point)"
        let process = try DurableProcess(server: server.url, activity: activity(name))
        let token = schedule(way, name, server)
        let stopping = stopping(way, process, name, token, server)
        defer { stopping?.cancel() }
        try process.start(killAt: point)
        let ended = try await process.ended()
        let last = process.points.last ?? ""
        guard ended == -SIGKILL else { return ["\(name) (\(last)): was not killed but ended with \(ended ?? 99)"] }
        try process.start()
        return try await check(way, process, name, token, server, killedAt: [last])
    }

    private static func violations(killedOftenAs number: Int, _ server: FakeStepFunctions) async throws -> [String] {
        let name = "again-\(number)"
        let process = try DurableProcess(server: server.url, activity: activity(name))
        let token = server.schedule(
            activity: activity(name),
            input: TaskInput(execution: name, rounds: 10).text,
            heartbeat: .seconds(60)
        )
        var killedAt: [String] = []
        for _ in 0..<5 {
            try process.start(killAt: Int.random(in: 2...16))
            // Started in the middle it may pass fewer points than that while a tool runs.
            if try await process.ended(within: .seconds(1)) == nil { try await process.killHard() }
            killedAt.append(process.points.last ?? "")
        }
        try process.start()
        return try await check(.succeeds, process, name, token, server, killedAt: killedAt)
    }

    /// What is not as it must be once the worker was started for the last time.
    private static func check(
        _ way: KillWay,
        _ process: DurableProcess,
        _ name: String,
        _ token: String,
        _ server: FakeStepFunctions,
        killedAt: [String]
    ) async throws -> [String] {
        // Until the claim is renamed to its name there is nothing to go on from; it may be all the same.
        let isClaimed = killedAt != ["poll.answered"] && killedAt != ["claim.written"]
        do {
            try await server.wait("the end", limit: isClaimed ? .seconds(40) : .seconds(3)) {
                $0.task(token)?.ending != nil
            }
        } catch {
            if !isClaimed { return try await process.stop() == 0 ? [] : ["\(name): did not stop"] }
        }
        // Or SIGTERM would come before it is trapped.
        let polls = server.record.calls(.getActivityTask).count
        try await server.wait("a poll of the last process") { record in
            record.calls(.getActivityTask).dropFirst(polls).contains { $0.activity == activity(name) }
        }
        // Closed in the journal too.
        try? await wait("the journal", limit: .seconds(5)) { process.names("state/tasks").isEmpty }
        var found: [String] = []
        func require(_ holds: Bool, _ what: @autoclosure () -> String) {
            if !holds { found.append("\(name) (killed at \(killedAt.joined(separator: ", "))): \(what())") }
        }
        let status = try await process.stop()
        require(status == 0, "ended with \(status ?? 99)")
        let task = server.record.task(token)
        require(way.allows(task?.ending), "ended as \(String(describing: task?.ending))")
        // A report whose acknowledgement the killed process did not live to see is made again, and never another one.
        require((task?.lateReports ?? []).allSatisfy { $0 == task?.ending }, "late reports: \(task?.lateReports ?? [])")
        require(process.evidence("doubles").isEmpty, "two copies of a tool at once: \(process.evidence("doubles"))")
        for tool in ["build", "check"] {
            let runs = process.evidence("runs-\(name).0.\(tool)")
            require(runs == way.runs(of: tool), "\(tool) ran as \(runs)")
        }
        for step in way.steps {
            let count = process.evidence("\(name).0.effects").count { $0 == step }
            // Between an effect and its record a step may be cut off, and is run again then; clean-up until the outcome is recorded.
            let unrecorded = ["effect \(step).after", step == "clean-up" ? "outcome.written" : "step \(step).written"]
            let cut = killedAt.count { unrecorded.contains($0) }
            require((1...(1 + cut)).contains(count), "\(step) ran \(count) times")
        }
        require(process.names("state/tasks").isEmpty, "left in the journal: \(process.names("state/tasks"))")
        require(process.names("state/quarantine").isEmpty, "quarantined: \(process.names("state/quarantine"))")
        require(process.names("work") == ["README"], "left in work: \(process.names("work"))")
        // A supervisor ends a moment after it has written how its tool ended.
        try? await wait("the supervisors", limit: .seconds(10)) { process.supervisors().isEmpty }
        require(process.supervisors().isEmpty, "supervisors are left")
        if !found.isEmpty { print(process.log) }
        return found
    }
}
