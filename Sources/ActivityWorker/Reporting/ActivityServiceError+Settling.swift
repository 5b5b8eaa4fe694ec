extension ActivityServiceError {
    /// How long a token may be unknown after it was handed out. Seen with LocalStack 4.9.2, which answers the poll some
    /// milliseconds before it takes the token; a service of many hosts may do the same. Nothing was started yet, so waiting costs
    /// nothing, and believing it would lose the task until its heartbeat runs out.
    static let settlingTime = Duration.seconds(3)

    /// This error; but `InvalidToken` for a token that came less than `settlingTime` ago is transient.
    func unsettled(since received: BootInstant, now: BootInstant) -> ActivityServiceError {
        guard kind == .taskDoesNotExist, lossReason == .tokenDead, now - received < Self.settlingTime else {
            return self
        }
        return ActivityServiceError(kind: .transient, code: code, message: message, mayHaveActed: mayHaveActed)
    }
}
