/// How the new version takes over.
package struct ReleaseSpec: Sendable, Hashable, Codable {
    /// Default `all-at-once`.
    package var strategy: ReleaseStrategy
    /// Percent of the traffic after each step of `blue-green`, rising, the last 100. Default none.
    package var steps: [Int]
    /// Minutes to watch each step of `blue-green`. Default 0.
    package var bakeMinutes: Int
    /// CloudWatch alarms that stop a `blue-green`. Default none.
    package var alarms: [String]
    /// HTTP checks against the new stack. Default none.
    package var smokeTests: [SmokeTest]

    /// A value of these parts.
    package init(
        strategy: ReleaseStrategy,
        steps: [Int],
        bakeMinutes: Int,
        alarms: [String],
        smokeTests: [SmokeTest]
    ) {
        self.strategy = strategy
        self.steps = steps
        self.bakeMinutes = bakeMinutes
        self.alarms = alarms
        self.smokeTests = smokeTests
    }
}
