/// A client's budget for retries: a bucket of 500 tokens, so that an outage is not answered with three times the load.
///
/// First attempts always go. A retry takes 14 tokens, after throttling 5. A call that succeeds at once gives back one,
/// a call that succeeds after a retry what its last retry took.
struct RetryBudget: Sendable, Hashable {
    /// A full bucket.
    static let capacity = 500
    /// What a retry after a transient error takes.
    static let transientCost = 14
    /// What a retry after throttling takes.
    static let throttlingCost = 5

    private(set) var tokens = RetryBudget.capacity

    /// Takes `cost` tokens if so many are there.
    mutating func take(_ cost: Int) -> Bool {
        guard tokens >= cost else { return false }
        tokens -= cost
        return true
    }

    /// Gives back what a successful call is owed.
    ///
    /// - Parameter lastCost: what its last retry took; `nil` when the first attempt succeeded.
    mutating func succeeded(lastCost: Int?) {
        tokens = min(Self.capacity, tokens + (lastCost ?? 1))
    }
}
