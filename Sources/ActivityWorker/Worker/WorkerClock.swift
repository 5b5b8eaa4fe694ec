import Glibc

/// An instant on the clock that counts from boot and goes on while the machine is suspended (`CLOCK_BOOTTIME`).
package struct BootInstant: Sendable, Hashable, Comparable {
    /// Time since boot.
    package let sinceBoot: Duration

    /// The instant this long after boot.
    package init(sinceBoot: Duration) { self.sinceBoot = sinceBoot }

    /// Earlier comes first.
    package static func < (left: Self, right: Self) -> Bool { left.sinceBoot < right.sinceBoot }
    /// The instant `span` later.
    package static func + (left: Self, span: Duration) -> Self { Self(sinceBoot: left.sinceBoot + span) }
    /// The instant `span` earlier.
    package static func - (left: Self, span: Duration) -> Self { Self(sinceBoot: left.sinceBoot - span) }
    /// From `right` to `left`.
    package static func - (left: Self, right: Self) -> Duration { left.sinceBoot - right.sinceBoot }
}

/// Time as the worker sees it; a value, so that tests bring their own.
package struct WorkerClock: Sendable {
    /// Now, for leases and back-off: never jumps, counts suspension.
    package var now: @Sendable () -> BootInstant
    /// Now as milliseconds since 1970, for records and for `entered`.
    package var wallMilliseconds: @Sendable () -> Int64
    /// Returns at the instant or soon after; throws `CancellationError` at once when the calling task is cancelled.
    package var sleep: @Sendable (_ until: BootInstant) async throws -> Void

    /// A clock of these parts.
    package init(
        now: @escaping @Sendable () -> BootInstant,
        wallMilliseconds: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (_ until: BootInstant) async throws -> Void
    ) {
        self.now = now
        self.wallMilliseconds = wallMilliseconds
        self.sleep = sleep
    }

    /// The machine's clocks.
    package static let system = WorkerClock(
        now: { BootInstant(sinceBoot: Self.read(CLOCK_BOOTTIME)) },
        wallMilliseconds: {
            let (seconds, attoseconds) = Self.read(CLOCK_REALTIME).components
            return seconds * 1000 + attoseconds / 1_000_000_000_000_000
        },
        sleep: { instant in
            // Timers stand still while the machine is suspended and may be late afterwards: short slices bound by how much.
            while true {
                let left = instant - BootInstant(sinceBoot: Self.read(CLOCK_BOOTTIME))
                guard left > .zero else { return }
                try await Task.sleep(for: min(left, .seconds(15)), tolerance: min(left / 10, .milliseconds(100)))
            }
        }
    )

    private static func read(_ id: clockid_t) -> Duration {
        var time = timespec()
        // Cannot fail: both clocks exist on every Linux since 2.6.39, and the pointer is valid.
        _ = unsafe clock_gettime(id, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
