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
        let points = try await Self.uninterrupted(server)
        try #require(points.count > 40, "\(points)")
        let chosen = Array(1...points.count)
        let violations = try await Self.inParallel(chosen) { try await Self.violations(killedAt: $0, server) }
        figure("kill-point.cases", chosen.count)
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
    private static func inParallel(
        _ numbers: [Int],
        _ body: @escaping @Sendable (Int) async throws -> [String]
    ) async throws -> [String] {
        try await withThrowingTaskGroup(of: [String].self) { group in
            var rest = numbers[...]
            var found: [String] = []
            for _ in 0..<3 {
                if let number = rest.popFirst() { group.addTask { try await body(number) } }
            }
            while let result = try await group.next() {
                found += result
                if let number = rest.popFirst() { group.addTask { try await body(number) } }
            }
            return found
        }
    }

    /// The names of the points that a task passes which nothing happens to.
    private static func uninterrupted(_ server: FakeStepFunctions) async throws -> [String] {
        let process = try DurableProcess(server: server.url, activity: activity("uninterrupted"))
        let token = server.schedule(
            activity: activity("uninterrupted"),
            input: TaskInput(execution: "e").text,
            heartbeat: .seconds(60)
        )
        try process.start()
        try await server.wait("the task's end", limit: .seconds(60)) { $0.task(token)?.ending != nil }
        #expect(try await process.stop() == 0, "\(process.log)")
        #expect(process.evidence("e.0.effects") == ["prepare", "describe", "tag"])
        return process.points
    }

    private static func violations(killedAt point: Int, _ server: FakeStepFunctions) async throws -> [String] {
        let name = "kill-\(point)"
        let process = try DurableProcess(server: server.url, activity: activity(name))
        let token = server.schedule(
            activity: activity(name),
            input: TaskInput(execution: name).text,
            heartbeat: .seconds(60)
        )
        try process.start(killAt: point)
        let ended = try await process.ended()
        let last = process.points.last ?? ""
        guard ended == -SIGKILL else { return ["\(name) (\(last)): was not killed but ended with \(ended ?? 99)"] }
        try process.start()
        return try await check(process, name, token, server, killedAt: [last])
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
        return try await check(process, name, token, server, killedAt: killedAt)
    }

    /// What is not as it must be once the worker was started for the last time.
    private static func check(
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
        if case .succeeded = task?.ending {} else { require(false, "ended as \(String(describing: task?.ending))") }
        // A report whose acknowledgement the killed process did not live to see is made again, and never another one.
        require((task?.lateReports ?? []).allSatisfy { $0 == task?.ending }, "another report came late")
        require(process.evidence("doubles").isEmpty, "two copies of a tool at once: \(process.evidence("doubles"))")
        for tool in ["build", "check"] {
            let runs = process.evidence("runs-\(name).0.\(tool)")
            require(runs == ["start", "end"], "\(tool) ran as \(runs)")
        }
        for step in ["prepare", "describe", "tag"] {
            let count = process.evidence("\(name).0.effects").count { $0 == step }
            // Between an effect and its record a step may be cut off, and is run again then.
            let cut = killedAt.count { $0 == "effect \(step).after" || $0 == "step \(step).written" }
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
