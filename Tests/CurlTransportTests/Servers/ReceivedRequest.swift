/// One request as a server read it.
struct ReceivedRequest: Sendable {
    /// Request line and fields, each without its line break.
    var lines: [String]
    var body: [UInt8]

    /// `METHOD target HTTP/1.1`.
    var requestLine: String { lines.first ?? "" }

    /// The values of a field, its name compared without case.
    func values(_ name: String) -> [String] {
        lines.dropFirst().compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].lowercased() == name.lowercased() else { return nil }
            return parts[1].drop { $0 == " " }.description
        }
    }
}
