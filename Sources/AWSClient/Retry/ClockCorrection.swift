import FoundationEssentials

/// By how much the host's clock differs from a service's, as its answers' `Date` fields show.
struct ClockCorrection: Sendable, Hashable {
    /// A smaller difference cannot be why a signature was refused: the strictest service allows five minutes.
    static let significant: Double = 4 * 60

    /// Seconds to add to the host's clock.
    private(set) var offset: Double = 0

    /// The service's time when the host's clock says `now`.
    func corrected(_ now: Date) -> Date { now.addingTimeInterval(offset) }

    /// Learns from one answer: `date` less the middle of the exchange.
    mutating func observe(_ date: Date, sent: Date, received: Date) {
        let middle = sent.addingTimeInterval(received.timeIntervalSince(sent) / 2)
        offset = date.timeIntervalSince(middle)
    }

    /// Whether a request that was signed with `used` would now be signed with a significantly other date.
    func differs(from used: Double) -> Bool { abs(offset - used) > Self.significant }
}
