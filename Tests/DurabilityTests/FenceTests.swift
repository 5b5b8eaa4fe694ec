import Foundation
import TestSupport
import Testing
import ToolSupervisor

/// Whatever becomes of the daemon, a tool is dead before the service may give its task to another host.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct FenceTests {
    private static let activity = "arn:aws:states:eu-central-1:123456789012:activity:fence"
    private static let heartbeat = Duration.seconds(9)
    private static let runs = isFull ? 50 : 8

    /// What happens to the daemon while its tools run.
    enum Misfortune: String, CaseIterable, Sendable {
        case partition = "no heartbeat is answered any more"
        case killed = "the daemon is killed and never started again"
        case stopped = "the daemon is stopped by SIGSTOP"
        case overtaken = "the daemon hands over, and a stop keeps it from being started again"
    }

    @Test func `every tool is dead within heartbeatSeconds of the last acknowledged heartbeat`() async throws {
        var late: [String] = []
        for misfortune in Misfortune.allCases {
            let found = try await Self.late(after: misfortune)
            figure("fence.late (\(misfortune.rawValue))", found.count)
            late += found
        }
        // Each is one tool of one daemon that meets with one misfortune.
        figure("fence.runs", Self.runs * Misfortune.allCases.count)
        figure("fence.late", late.count)
        #expect(late == [])
    }

    private static func late(after misfortune: Misfortune) async throws -> [String] {
        var options = FakeStepFunctions.Options()
        options.hold = .milliseconds(200)
        let server = try await FakeStepFunctions.start(options)
        let process = try DurableProcess(
            server: server.url,
            activity: Self.activity,
            slots: Self.runs,
            graceMilliseconds: 1500,
            stopBudgetMilliseconds: 4000
        )
        // Deaf ones are ended by SIGKILL at the end of the grace, with their children.
        let tokens = (0..<Self.runs).map { number in
            server.schedule(
                activity: Self.activity,
                input: TaskInput(
                    execution: "e\(number)",
                    heartbeatMilliseconds: 9000,
                    rounds: 0,
                    isDeaf: number % 2 == 0,
                    script: "echo $$ > \"$E/pid-$KEY\"; sleep 600 & sleep 601; wait"
                ).text,
                heartbeat: Self.heartbeat
            )
        }
        try process.start()
        try await wait("every tool to run") {
            (0..<Self.runs).allSatisfy {
                FileManager.default.fileExists(atPath: "\(process.folder.path)/evidence/pid-e\($0).build")
            }
        }
        // So that the deadline comes from a heartbeat that was sent while the tools ran.
        try await server.wait("a second heartbeat of each") { record in
            tokens.allSatisfy { (record.task($0)?.heartbeats.count ?? 0) >= 2 }
        }
        switch misfortune {
        case .partition:
            server.inject(.stall, on: .sendTaskHeartbeat, next: .max)
            server.inject(.stall, on: .sendTaskFailure, next: .max)
        case .killed: try await process.killHard()
        case .stopped: process.signal(SIGSTOP)
        case .overtaken:
            process.signal(SIGUSR2)
            #expect(try await process.ended() == 0, "\(process.log)")
            #expect(!process.supervisors().isEmpty, "the tools did not run on")
        }
        let late = try await Self.late(tokens, process, server)
        process.signal(SIGCONT)
        try await process.killHard()
        try await server.shutDown()
        return late
    }

    /// Watches the tools die; says which were too late. The service's clock starts when it takes a heartbeat, which is after it was sent:
    /// measured from there a tool has a moment less than it may have.
    private static func late(
        _ tokens: [String],
        _ process: DurableProcess,
        _ server: FakeStepFunctions
    ) async throws -> [String] {
        var left = Dictionary(uniqueKeysWithValues: tokens.enumerated().map { ("e\($0).build", $1) })
        var late: [String] = []
        let giveUp = ContinuousClock.now + heartbeat * 3
        while !left.isEmpty, ContinuousClock.now < giveUp {
            let now = ContinuousClock.now
            for (key, token) in left where process.isGone(key) {
                left[key] = nil
                guard let last = server.record.task(token)?.heartbeats.last else { continue }
                let took = now - last
                if took >= heartbeat { late.append("\(key) died \(took) after its last heartbeat") }
                // The daemon may have died before it heard that the last one was acknowledged: then the one before counts.
                if took < .milliseconds(1500) { late.append("\(key) died early, \(took) after its last heartbeat") }
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        return late + left.keys.map { "\($0) lives" }
    }
}
