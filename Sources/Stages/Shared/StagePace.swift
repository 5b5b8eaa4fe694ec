package import FoundationEssentials

/// Time as the stages have it: a value that comes in, so that a test needs no waiting.
package struct StagePace: Sendable {
    /// Waits; throws `CancellationError` when the task is cancelled.
    package var wait: @Sendable (Duration) async throws -> Void
    /// The time now.
    package var now: @Sendable () -> Date

    /// A pace of these parts.
    package init(wait: @escaping @Sendable (Duration) async throws -> Void, now: @escaping @Sendable () -> Date) {
        self.wait = wait
        self.now = now
    }

    /// The system's clocks.
    package static let real = StagePace(wait: { try await Task.sleep(for: $0) }, now: { Date() })
}
