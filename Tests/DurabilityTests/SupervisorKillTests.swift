import Foundation
import TestSupport
import Testing
import ToolSupervisor

/// Supervisors and leaders killed at every moment: the state machine's retry never runs beside what is left of the first attempt.
@Suite(.timeLimit(.minutes(20)), .serialized)
struct SupervisorKillTests {
    private static let activity = "arn:aws:states:eu-central-1:123456789012:activity:supervisors"

    enum Victim: String, CaseIterable, Sendable {
        case supervisor
        case leader
        case both = "supervisor and leader"
        case young = "supervisor, within moments of its start"
    }

    @Test func `no second copy of a tool ever runs beside a first`() async throws {
        var doubles: [String] = []
        for victim in Victim.allCases { doubles += try await Self.doubles(killing: victim) }
        figure("supervisor-kill.runs", (isFull ? 40 : 6) * Victim.allCases.count)
        figure("supervisor-kill.doubles", doubles.count)
        #expect(doubles == [])
    }

    private static func doubles(killing victim: Victim) async throws -> [String] {
        var options = FakeStepFunctions.Options()
        options.hold = .milliseconds(100)
        let server = try await FakeStepFunctions.start(options)
        let process = try DurableProcess(server: server.url, activity: Self.activity, slots: 4, graceMilliseconds: 300)
        try process.start()
        let runs = isFull ? 40 : 6
        var errors: [String: Int] = [:]
        for number in 0..<runs {
            let name = "\(victim)-\(number)".replacing(" ", with: "-")
            let token = Self.schedule(name, attempt: 0, server)
            try await Self.strike(victim, process) { server.record.task(token)?.ending != nil }
            try await server.wait("the first attempt's end") { $0.task(token)?.ending != nil }
            switch server.record.task(token)?.ending {
            case .failed(let error, _): errors[error, default: 0] += 1
            case .succeeded: errors["success", default: 0] += 1
            case let other: Issue.record("ended as \(String(describing: other))")
            }
            // At once, as the state machine may.
            let retry = Self.schedule(name, attempt: 1, server)
            try await server.wait("the retry's end") { $0.task(retry)?.ending != nil }
            guard case .succeeded = server.record.task(retry)?.ending else {
                Issue.record(
                    "the retry ended as \(String(describing: server.record.task(retry)?.ending))\n\(process.log)"
                )
                continue
            }
        }
        let doubles = process.evidence("doubles")
        #expect(errors.keys.contains { $0 != "success" }, "nobody was struck: \(errors)")
        // Only what a state machine retries, or the tool was done before it could be killed.
        #expect(Set(errors.keys).isSubset(of: ["Builder.ToolLost", "Bakery.BuildFailed", "success"]), "\(errors)")
        #expect(try await process.stop() == 0)
        #expect(process.names("work") == ["README"])
        try await server.shutDown()
        return doubles
    }

    /// The tool goes on for a second after SIGTERM, as long as nothing kills it.
    private static func schedule(_ name: String, attempt: Int, _ server: FakeStepFunctions) -> String {
        server.schedule(
            activity: activity,
            input: TaskInput(execution: name, attempt: attempt, rounds: 8, isDeaf: true).text,
            heartbeat: .seconds(60)
        )
    }

    /// - Parameter isOver: the tool was done before this saw it; then there is nobody to strike.
    private static func strike(_ victim: Victim, _ process: DurableProcess, isOver: () -> Bool) async throws {
        guard victim != .young else {
            try await wait("a supervisor") { isOver() || !process.supervisors().isEmpty }
            usleep(UInt32.random(in: 0...25_000))
            for supervisor in process.supervisors() { kill(supervisor, SIGKILL) }
            return
        }
        var record: StartRecord?
        try await wait("the tool's start") {
            record = try process.toolFolders("build").compactMap { try StartRecord.load(folder: $0) }.first
            return record != nil || isOver()
        }
        guard let record else { return }
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...60)))
        if victim != .leader { kill(record.supervisor, SIGKILL) }
        if victim != .supervisor { kill(record.pid, SIGKILL) }
    }
}
