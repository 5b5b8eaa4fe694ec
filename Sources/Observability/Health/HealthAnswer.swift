/// The answer to a probe: well, or the reasons why not.
package struct HealthAnswer: Sendable, Hashable {
    /// Why not, each with what to do; empty means well.
    package var reasons: [HealthReason]

    /// An answer with these reasons.
    package init(reasons: [HealthReason] = []) { self.reasons = reasons }

    /// 200 against 503.
    package var isHealthy: Bool { reasons.isEmpty }

    /// `ok`, or one line for each reason.
    package var text: String {
        isHealthy ? "ok\n" : reasons.map { "\($0.subject): \($0.problem); \($0.next)\n" }.joined()
    }
}

/// One reason why something is not well.
package struct HealthReason: Sendable, Hashable {
    /// What it is about, for example `stage bakery`.
    package var subject: String
    /// What was observed.
    package var problem: String
    /// What a person should do.
    package var next: String

    /// A reason of these parts.
    package init(subject: String, problem: String, next: String) {
        self.subject = subject
        self.problem = problem
        self.next = next
    }
}
