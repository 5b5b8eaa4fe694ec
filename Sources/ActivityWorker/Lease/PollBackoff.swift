/// How long a poller waits after a poll, by how the poll ended. It never gives up.
///
/// | n-th in a row | transient | throttled | denied, no such activity, refused |
/// |---|---|---|---|
/// | 1 | 0.2 s | 1 s | 10 s |
/// | 2 | 0.4 s | 2 s | 20 s |
/// | 3 | 0.8 s | 4 s | 30 s |
/// | … | to 10 s | to 10 s | 30 s |
///
/// Each ±20 %, never past the last number of its column.
package struct PollBackoff: Sendable {
    private enum Family: Hashable { case transient, throttled, slow }

    private var family: Family?
    private var backoff = Backoff(base: .milliseconds(200), cap: .seconds(10))

    /// A back-off at its start.
    package init() {}

    /// The delay after a poll that failed with `kind`.
    package mutating func delay(after kind: ActivityServiceError.Kind, random: Double) -> Duration {
        let family: Family =
            switch kind {
            case .throttled: .throttled
            case .transient: .transient
            case .denied, .activityDoesNotExist, .refused, .invalidOutput, .taskTimedOut, .taskDoesNotExist: .slow
            }
        if family != self.family {
            self.family = family
            backoff =
                switch family {
                case .transient: Backoff(base: .milliseconds(200), cap: .seconds(10))
                case .throttled: Backoff(base: .seconds(1), cap: .seconds(10))
                case .slow: Backoff(base: .seconds(10), cap: .seconds(30))
                }
        }
        return backoff.next(random: random)
    }

    /// The delay after a poll that was answered well after `took`. Zero, but for an endpoint that says "no task" at once
    /// instead of holding the poll: asking it in a tight loop would burn a core here and the account's quota there.
    package mutating func delay(afterAnswerIn took: Duration, brought task: Bool, random: Double) -> Duration {
        guard !task, took < .milliseconds(500) else {
            family = nil
            return .zero
        }
        return delay(after: .transient, random: random)
    }
}
