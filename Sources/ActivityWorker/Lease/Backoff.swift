/// Delays that double from `base` to `cap`, each moved by up to ±20 % but never past the cap.
package struct Backoff: Sendable, Hashable {
    /// The first delay.
    package let base: Duration
    /// No delay is longer.
    package let cap: Duration
    private var exponent = 0

    /// A back-off of these bounds; `base` ≤ `cap`.
    package init(base: Duration, cap: Duration) {
        self.base = base
        self.cap = cap
    }

    /// The next delay; `random` in 0..<1.
    package mutating func next(random: Double) -> Duration {
        var delay = base
        for _ in 0..<exponent where delay < cap { delay *= 2 }
        if delay < cap { exponent += 1 }
        // To the millisecond, which keeps delays readable in logs and tests.
        return min(cap, .milliseconds(Int64((min(delay, cap) / .milliseconds(1) * (0.8 + 0.4 * random)).rounded())))
    }

    /// Starts again from `base`.
    package mutating func reset() { exponent = 0 }
}
