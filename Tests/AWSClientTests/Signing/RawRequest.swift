import CurlTransport

/// A request as the public cases write it: request line, fields (folded ones too), an empty line, the body.
struct RawRequest {
    var method = ""
    var path = ""
    var query = ""
    var headers: [HTTPField] = []
    var body: [UInt8] = []

    struct Unreadable: Error {}

    init(_ text: String) throws {
        let parts = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\n")
        // Cut at the last space: paths in the cases have spaces of their own.
        guard let line = lines.first, let first = line.firstIndex(of: " "), let last = line.lastIndex(of: " "),
            first < last
        else { throw Unreadable() }
        method = String(line[..<first])
        let target = line[line.index(after: first)..<last]
        let mark = target.firstIndex(of: "?")
        path = String(target[..<(mark ?? target.endIndex)])
        query = mark.map { String(target[target.index(after: $0)...]) } ?? ""
        for line in lines.dropFirst() {
            if line.first == " ", var folded = headers.popLast() {
                folded.value += "\n" + line
                headers.append(folded)
            } else if let colon = line.firstIndex(of: ":") {
                headers.append(HTTPField(String(line[..<colon]), String(line[line.index(after: colon)...])))
            }
        }
        if parts.count > 1 {
            body = Array(parts[1].utf8)
            while body.last == UInt8(ascii: "\n") { body.removeLast() }
        }
    }

    /// Fields in an order of their own, for comparison.
    static func comparable(_ headers: [HTTPField]) -> [String] {
        headers.map { $0.name.lowercased() + ":" + $0.value }.sorted()
    }
}
