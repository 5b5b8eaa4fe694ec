/// What the health socket asks the daemon. Every answer states only what was observed.
package protocol HealthSource: Sendable {
    /// Whether the process turns over.
    func livez() async -> HealthAnswer
    /// Whether it takes work: see `ReadinessRules`.
    func readyz() async -> HealthAnswer
    /// The daemon's state as JSON text, redacted.
    func status() async -> String
    /// All metrics as Prometheus text.
    func metrics() async -> String
}
