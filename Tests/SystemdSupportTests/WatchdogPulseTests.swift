import Logging
import Synchronization
import TestSupport
import Testing

@testable import SystemdSupport

@Suite("The watchdog's pulse", .timeLimit(.minutes(1)))
struct WatchdogPulseTests {
    private func pulse(
        _ manager: FakeServiceManager,
        _ answers: [WatchdogPulse.Liveness]
    ) -> WatchdogPulse {
        let left = Counter(answers)
        return WatchdogPulse(
            notifier: ServiceNotifier(address: manager.address),
            timeout: .seconds(30),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { left.next() }
    }

    @Test("It pings at once and at each tick, half the timeout apart, while the process proves that it turns over")
    func alive() async throws {
        let manager = try FakeServiceManager()
        let pulse = pulse(manager, [.alive, .alive, .alive])
        #expect(pulse.interval == .seconds(15))
        await pulse.run(ticks: ticks(2))
        #expect(manager.messages() == ["WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"])
    }

    @Test("It is withheld while the proof fails, and goes on when it holds again")
    func stuck() async throws {
        let manager = try FakeServiceManager()
        await pulse(manager, [.alive, .stuck(reason: "no turn for 20 s"), .stuck(reason: "x"), .alive]).run(
            ticks: ticks(3)
        )
        #expect(manager.messages() == ["WATCHDOG=1", "WATCHDOG=1"])
    }

    @Test("It is withheld while the proof does not come")
    func hanging() async throws {
        let manager = try FakeServiceManager()
        let (asked, askedSource) = AsyncStream<Void>.makeStream()
        let pulse = WatchdogPulse(
            notifier: ServiceNotifier(address: manager.address),
            timeout: .seconds(1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) {
            askedSource.yield()
            try? await Task.sleep(for: .seconds(3600))
            return .stuck(reason: "cancelled")
        }
        let task = Task { await pulse.run(ticks: ticks(5)) }
        for await _ in asked { break }
        #expect(manager.messages() == [])
        task.cancel()
        await task.value
        #expect(manager.messages() == [])
    }

    @Test("run() ends when its task is cancelled")
    func cancelled() async throws {
        let manager = try FakeServiceManager()
        let pulse = pulse(manager, [.alive])
        let task = Task { await pulse.run() }
        task.cancel()
        await task.value
        #expect(manager.messages() == ["WATCHDOG=1"])
    }

    @Test(
        "The timeout is read from the environment, if it is for this process",
        arguments: [
            (["WATCHDOG_USEC": "30000000"], Duration.seconds(30)),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "77"], .seconds(30)),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "78"], nil), ([:], nil), (["WATCHDOG_USEC": "0"], nil),
            (["WATCHDOG_USEC": "x"], nil),
        ] as [([String: String], Duration?)]
    )
    func timeout(environment: [String: String], expected: Duration?) {
        #expect(WatchdogPulse.timeout(environment: environment, pid: 77) == expected)
    }

    private func ticks(_ count: Int) -> AsyncStream<Void> {
        let (stream, source) = AsyncStream<Void>.makeStream()
        for _ in 0..<count { source.yield() }
        source.finish()
        return stream
    }
}

/// Gives its answers one by one.
private final class Counter: Sendable {
    private let left: Mutex<[WatchdogPulse.Liveness]>
    init(_ answers: [WatchdogPulse.Liveness]) { left = Mutex(answers) }
    func next() -> WatchdogPulse.Liveness {
        left.withLock { $0.isEmpty ? .stuck(reason: "asked too often") : $0.removeFirst() }
    }
}
