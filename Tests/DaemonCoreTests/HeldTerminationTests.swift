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

    @Test("Where nothing was ever held the names may be wrong: nothing says that the host has been let go")
    func neverHeld() async {
        let host = ScriptedHost { _, _ in .nothingHeld }
        #expect(name(await host.termination().letGo()) == "nothing held")
        #expect(host.calls.count == HeldTermination.earlyTries)
        #expect(host.lines.filter { $0.hasPrefix("error") } == [])
        #expect(host.lines.contains { $0.hasPrefix("warning") && $0.contains("may be wrong") }, "\(host.lines)")
        #expect(!host.lines.contains { $0.contains("let go already") }, "\(host.lines)")
    }

    @Test(
        "Where Auto Scaling took a heartbeat and holds nothing any more, the host has been let go already, and no try is of use"
    )
    func letGoBefore() async {
        let host = ScriptedHost { action, _ in action == Self.heartbeat ? .taken : .nothingHeld }
        let termination = host.termination()
        await keep(termination, host, heartbeats: 1)
        #expect(name(await termination.letGo()) == "nothing held")
        #expect(host.calls(Self.complete).count == 1)
        #expect(host.lines.contains { $0.hasPrefix("notice") && $0.contains("let go already") }, "\(host.lines)")
        #expect(!host.lines.contains { $0.hasPrefix("warning") }, "\(host.lines)")
    }

    @Test("An attempt that was throttled has let nothing go: where nothing is held yet it is tried again")
    func throttled() async {
        let host = ScriptedHost { _, earlier in
            switch earlier {
            case 0: .throttled
            case 1: .nothingHeld
            default: .taken
            }
        }
        #expect(name(await host.termination().letGo()) == "done")
        #expect(host.calls.count == 3)
    }

    @Test("An attempt without an answer may have let the host go: that nothing is held then is the end of the tries")
    func ambiguous() async {
        let host = ScriptedHost { _, earlier in earlier == 0 ? .unavailable : .nothingHeld }
        #expect(name(await host.termination().letGo()) == "nothing held")
        #expect(host.calls.count == 2)
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

    @Test(
        "That Auto Scaling holds nothing yet is soon asked again; when it lasts, that is said once, with what may be wrong"
    )
    func wrongNames() async {
        let host = ScriptedHost { _, _ in .nothingHeld }
        let pauses = Mutex<[Duration]>([])
        let termination = host.termination { wait in
            pauses.withLock { $0.append(wait) }
            await Task.yield()
        }
        await keep(termination, host, heartbeats: HeldTermination.earlyTries + 2)
        let early = Array(repeating: HeldTermination.interval, count: HeldTermination.earlyTries - 1)
        #expect(
            pauses.withLock { Array($0.prefix(HeldTermination.earlyTries + 1)) } == early + [
                .seconds(60), .seconds(60),
            ]
        )
        let lines = host.lines.filter { $0.hasPrefix("warning") }
        #expect(lines.count == 1, "\(host.lines)")
        #expect(lines.first?.contains("before its tasks: it has taken no heartbeat") == true, "\(lines)")
    }

    @Test("That Auto Scaling holds nothing yet is no reason to warn when it soon does")
    func soonHeld() async {
        let host = ScriptedHost { _, earlier in earlier < HeldTermination.earlyTries - 1 ? .nothingHeld : .taken }
        await keep(host.termination(), host, heartbeats: HeldTermination.earlyTries + 1)
        #expect(host.lines.filter { !$0.hasPrefix("debug") } == [])
    }

    @Test("A hold that ends under the tasks is said at once")
    func lostHold() async {
        let host = ScriptedHost { _, earlier in earlier == 0 ? .taken : .nothingHeld }
        await keep(host.termination(), host, heartbeats: 3)
        let lines = host.lines.filter { $0.hasPrefix("warning") }
        #expect(lines.count == 1 && lines[0].contains("it has timed out, or somebody has completed it"), "\(lines)")
    }

    /// Renews the hold until that was tried `heartbeats` times and the last answer was seen to.
    private func keep(_ termination: HeldTermination, _ host: ScriptedHost, heartbeats: Int) async {
        let keeping = Task { await termination.keep() }
        while host.calls(Self.heartbeat).count <= heartbeats { await Task.yield() }
        keeping.cancel()
        await keeping.value
    }
}
