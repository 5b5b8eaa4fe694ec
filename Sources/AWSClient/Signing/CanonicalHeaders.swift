import CurlTransport

/// Header fields as they are signed: names in lower case and sorted, values trimmed and their inner white space single,
/// values of one name joined with commas in the order in which they arrived.
struct CanonicalHeaders {
    /// `name:value` lines.
    let text: [UInt8]
    /// Names joined with `;`.
    let names: String

    /// The canonical form of `headers` and `Host`; fields that proxies and tracing change on the way are left out.
    init(_ headers: [HTTPField], host: String) {
        var fields: [(name: String, value: String)] = [("host", host)]
        fields.reserveCapacity(headers.count + 1)
        for header in headers {
            let name = Self.lowercased(header.name)
            if !Self.isNeverSigned(name) { fields.append((name, header.value)) }
        }
        // The sort is stable, so that equal names keep their order.
        fields.sort { $0.name < $1.name }
        var text: [UInt8] = []
        text.reserveCapacity(512)
        var names = ""
        names.reserveCapacity(128)
        var previous: String?
        for (name, value) in fields {
            if name == previous {
                text.append(UInt8(ascii: ","))
            } else {
                if previous != nil {
                    text.append(UInt8(ascii: "\n"))
                    names += ";"
                }
                text.append(contentsOf: name.utf8)
                text.append(UInt8(ascii: ":"))
                names += name
            }
            Self.append(value: value, to: &text)
            previous = name
        }
        text.append(UInt8(ascii: "\n"))
        self.text = text
        self.names = names
    }

    private static func lowercased(_ name: String) -> String {
        String(decoding: name.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// Copies the words of `value` with one space between them; most values are a single run of bytes without more than that.
    private static func append(value: String, to text: inout [UInt8]) {
        let bytes = value.utf8.span
        var index = 0
        var isFirst = true
        while index < bytes.count {
            while index < bytes.count, isSpace(bytes[index]) { index += 1 }
            let start = index
            while index < bytes.count, !isSpace(bytes[index]) { index += 1 }
            guard index > start else { return }
            if !isFirst { text.append(0x20) }
            isFirst = false
            unsafe bytes.extracting(start..<index).withUnsafeBufferPointer { unsafe text.append(contentsOf: $0) }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isNeverSigned(_ name: String) -> Bool {
        neverSigned.contains(name) || name.hasPrefix("proxy-")
    }

    private static let neverSigned: Set<String> = [
        "authorization", "baggage", "connection", "expect", "keep-alive", "te", "traceparent", "tracestate", "trailer",
        "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id", "host",
    ]
}
