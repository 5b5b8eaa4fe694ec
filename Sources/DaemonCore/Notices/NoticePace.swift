/// How long to wait between looks at instance metadata.
///
/// | so far | next look after |
/// |---|---|
/// | the last one was answered | 5 s, as AWS advises |
/// | never an answer to anything | 5 min: most likely no EC2 instance |
/// | some answer, then failed 1, 2, 3, 4, 5, … times in a row | 5 s, 10 s, 20 s, 40 s, 60 s, 60 s, … |
///
/// No jitter: metadata is the host's own.
struct NoticePace: Sendable {
    /// From one answered look to the next.
    static let usual = Duration.seconds(5)
    /// The longest wait where metadata once answered.
    static let longest = Duration.seconds(60)
    /// The wait where it never did.
    static let withoutMetadata = Duration.seconds(300)

    /// Whether metadata answered anything, ever.
    private(set) var wasReached = false
    /// Failed looks since the last one that did not fail.
    private(set) var failures = 0

    /// Metadata answered a question.
    mutating func reached() { wasReached = true }

    /// The wait after a look whose questions were all answered.
    mutating func answered() -> Duration {
        failures = 0
        return Self.usual
    }

    /// The wait after a look that failed.
    mutating func failed() -> Duration {
        failures += 1
        guard wasReached else { return Self.withoutMetadata }
        return min(Self.longest, Self.usual * (1 << min(failures - 1, 10)))
    }
}
