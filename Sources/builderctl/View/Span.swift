/// Spans of time as a person reads them.
enum Span {
    /// The two largest units: `4 s`, `3 min 20 s`, `2 h 5 min`, `12 d 3 h`.
    static func text(_ seconds: Double) -> String {
        let whole = Int(max(0, min(seconds, 1e9)))
        let units = [(86400, "d"), (3600, "h"), (60, "min"), (1, "s")]
        guard let first = units.firstIndex(where: { whole >= $0.0 }) else { return "0 s" }
        let count = whole / units[first].0
        let rest = whole % units[first].0
        guard first + 1 < units.count, rest / units[first + 1].0 > 0 else { return "\(count) \(units[first].1)" }
        return "\(count) \(units[first].1) \(rest / units[first + 1].0) \(units[first + 1].1)"
    }
}
