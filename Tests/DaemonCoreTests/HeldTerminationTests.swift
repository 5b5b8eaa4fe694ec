import AWSClient
import Synchronization
import Testing

@testable import DaemonCore

@Suite("A host's end that a lifecycle hook holds", .timeLimit(.minutes(1)))
struct HeldTerminationTests {
    private static let complete = "CompleteLifecycleAction"
    private static let heartbeat = "RecordLifecycleActionHeartbeat"

    private func name(_ outcome: HeldTermination.Outcome) -> String {
        switch outcome {
        case .done: "done"
        case .nothingHeld: "nothing held"
        case .failed(let error): "failed: \(error?.code.rawValue ?? "no answer")"
        }
    }

    @Test("It is let go once, by group, hook and instance")
    func done() async {
        let host = ScriptedHost()
        #expect(name(await host.termination().letGo()) == "done")
        #expect(host.calls.count == 1)
        for part in ["AutoScalingGroupName=builders", "LifecycleHookName=drain", "InstanceId=i-42", "=CONTINUE"] {
            #expect(host.calls[0].contains(part), "\(host.calls)")
        }
    }

    @Test("Metadata may be ahead of Auto Scaling: where nothing is held yet it is tried again")
    func early() async {
        let host = ScriptedHost { _, earlier in earlier < 2 ? .nothingHeld : .taken }
        #expect(name(await host.termination().letGo()) == "done")
        #expect(host.calls.count == 3)
    }

    @Test("Where nothing is held after all, that is no failure")
    func nothingHeld() async {
        let host = ScriptedHost { _, _ in .nothingHeld }
        #expect(name(await host.termination().letGo()) == "nothing held")
        #expect(host.calls.count == HeldTermination.earlyTries)
        #expect(host.lines.filter { $0.hasPrefix("error") } == [])
    }

    @Test("A refusal is not tried again, and says which permission is missing and what becomes of the host")
    func denied() async throws {
        let host = ScriptedHost { _, _ in .denied }
        #expect(name(await host.termination().letGo()) == "failed: AccessDenied")
        #expect(host.calls.count == 1)
        let line = try #require(host.lines.first { $0.hasPrefix("error") })
        #expect(
            line.contains("autoscaling:CompleteLifecycleAction") && line.contains("ends only when the hook times out")
        )
    }

    @Test("An outage is waited out")
    func outage() async {
        let host = ScriptedHost { _, earlier in earlier < 4 ? .unavailable : .taken }
        #expect(name(await host.termination().letGo()) == "done")
        #expect(host.calls.count == 5)
    }

    @Test("A service that never answers holds the daemon up only for the patience there is")
    func patience() async throws {
        let host = ScriptedHost { _, _ in .silence }
        #expect(name(await host.termination().letGo(patience: .milliseconds(50))) == "failed: no answer")
        #expect(host.lines.contains { $0.hasPrefix("error") && $0.contains("timed out after") }, "\(host.lines)")
    }

    @Test("While tasks run the hold is renewed at every heartbeat, until it is let go")
    func heartbeats() async {
        let host = ScriptedHost()
        let pauses = Mutex<[Duration]>([])
        let (beats, beat) = AsyncStream.makeStream(of: Void.self)
        let termination = host.termination { wait in
            pauses.withLock { $0.append(wait) }
            beat.yield()
            await Task.yield()
        }
        let keeping = Task { await termination.keep() }
        var seen = 0
        for await _ in beats {
            seen += 1
            if seen == 3 { break }
        }
        keeping.cancel()
        await keeping.value
        #expect(host.calls(Self.heartbeat).count >= 3 && host.calls(Self.complete) == [])
        #expect(Set(pauses.withLock { $0 }) == [.seconds(60)])
    }

    @Test("Heartbeats that fail are said once, and once that they are taken again")
    func failingHeartbeats() async {
        let host = ScriptedHost { _, earlier in earlier < 3 ? .denied : .taken }
        let (beats, beat) = AsyncStream.makeStream(of: Void.self)
        let termination = host.termination { _ in
            beat.yield()
            await Task.yield()
        }
        let keeping = Task { await termination.keep() }
        var seen = 0
        for await _ in beats {
            seen += 1
            if seen == 5 { break }
        }
        keeping.cancel()
        await keeping.value
        #expect(host.lines.filter { $0.contains("gets no heartbeats") }.count == 1, "\(host.lines)")
        #expect(host.lines.filter { $0.contains("takes heartbeats") }.count == 1, "\(host.lines)")
    }
}
