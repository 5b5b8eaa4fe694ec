/// The SDKs' standard retry rules of 2026.
///
/// | after attempt | transient, at most | throttling, at most |
/// |---|---|---|
/// | 1 | 50 ms | 1 s |
/// | 2 | 100 ms | 2 s |
/// | 3 | no further attempt | no further attempt |
///
/// Every delay is multiplied by a random number in `0..<1`; the cap of 20 s is only reached with more attempts.
enum RetryRules {
    /// Attempts of one call, the first included.
    static let maximumAttempts = 3
    private static let cap = Duration.seconds(20)

    /// How long to wait after failed attempt number `attempt` (from 1).
    ///
    /// - Parameters:
    ///   - random: in `0..<1`.
    ///   - retryAfter: the answer's `x-amz-retry-after` in milliseconds; what is not a whole number is ignored, the rest is
    ///     brought into `delay ... delay + 5 s`.
    static func delay(after attempt: Int, isThrottling: Bool, random: Double, retryAfter: String?) -> Duration {
        let base: Duration = isThrottling ? .seconds(1) : .milliseconds(50)
        let doubled = base * (1 << min(max(attempt - 1, 0), 20))
        let delay = min(doubled, cap) * min(max(random, 0), 1)
        guard let text = retryAfter, !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return delay
        }
        // Digits that do not fit an Int are a wait longer than any we would keep.
        let asked = Int(text).map { Duration.milliseconds(min($0, 3_600_000)) } ?? .seconds(3600)
        return min(max(asked, delay), delay + .seconds(5))
    }
}
