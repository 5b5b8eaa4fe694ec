/// What a metric is.
package struct MetricDescription: Sendable, Hashable {
    /// The Prometheus type.
    package enum Kind: String, Sendable, Hashable {
        /// Only grows; its name ends in `_total`.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts observations by size.
        case histogram
    }

    /// The Prometheus type.
    package let kind: Kind
    /// Full name, with the base unit.
    package let name: String
    /// One sentence for HELP.
    package let help: String
    /// Upper bounds of a histogram's buckets, ascending, without infinity.
    package let buckets: [Double]

    /// Seconds, from quick calls to long builds.
    static let defaultBuckets: [Double] = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 1800]

    /// A metric of these parts.
    package init(_ kind: Kind, _ name: String, _ help: String, buckets: [Double] = []) {
        self.kind = kind
        self.name = name
        self.help = help
        self.buckets = kind == .histogram && buckets.isEmpty ? Self.defaultBuckets : buckets
    }
}
