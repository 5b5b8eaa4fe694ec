import ActivityWorker
import Synchronization

/// A clock that stands still until a test moves it.
final class ManualClock: Sendable {
    struct State: Sendable {
        var now = BootInstant(sinceBoot: .seconds(5000))
        var nextID = 0
        var sleepers: [Int: BootInstant] = [:]
    }

    static let wallStart: Int64 = 1_800_000_000_000
    let state = Watched(State())
    private let continuations = Mutex<[Int: CheckedContinuation<Void, any Error>]>([:])

    var now: BootInstant { state.value.now }

    var clock: WorkerClock {
        WorkerClock(
            now: { self.now },
            wallMilliseconds: {
                let elapsed = (self.now - BootInstant(sinceBoot: .seconds(5000))).components
                return Self.wallStart + elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000
            },
            sleep: { try await self.sleep(until: $0) }
        )
    }

    private func sleep(until instant: BootInstant) async throws {
        let id: Int = state.update { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                continuations.withLock { $0[id] = continuation }
                let isDue = state.update { state in
                    if state.now < instant { state.sleepers[id] = instant }
                    return state.now >= instant
                }
                if isDue { end(id, .success(())) } else if Task.isCancelled { end(id, .failure(CancellationError())) }
            }
        } onCancel: {
            end(id, .failure(CancellationError()))
        }
    }

    private func end(_ id: Int, _ result: Result<Void, any Error>) {
        state.update { _ = $0.sleepers.removeValue(forKey: id) }
        continuations.withLock { $0.removeValue(forKey: id) }?.resume(with: result)
    }

    /// Moves the clock and wakes who is due.
    func advance(by span: Duration) {
        let due = state.update { state in
            state.now = state.now + span
            let now = state.now
            return state.sleepers.filter { $0.value <= now }.map(\.key)
        }
        for id in due.sorted() { end(id, .success(())) }
    }

    /// Waits until someone sleeps until exactly `span` from now, then moves there.
    func advanceToSleeper(in span: Duration) async {
        let instant = now + span
        await state.wait { $0.sleepers.values.contains(instant) }
        advance(by: span)
    }

    /// Moves to the earliest sleeper, once there are `count` of them.
    func advanceToNext(of count: Int = 1) async {
        await state.wait { $0.sleepers.count >= count }
        let state = state.value
        if let first = state.sleepers.values.min() { advance(by: first - state.now) }
    }

    /// Lets time pass from sleeper to sleeper while `body` runs.
    func ticking<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        let ticks = Task { while !Task.isCancelled { await advanceToNext() } }
        defer {
            ticks.cancel()
            // Something for a tick that waits to end with.
            state.update { $0.sleepers[-1] = $0.now }
            state.update { $0.sleepers[-1] = nil }
        }
        return try await body()
    }
}
