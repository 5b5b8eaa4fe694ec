/// The head of one response, gathered line by line as libcurl hands it over.
struct ResponseHead {
    /// Status code of the latest response; informational ones come first. 0 before any.
    private(set) var status = 0
    /// Whether the head of the final response is complete.
    private(set) var isComplete = false
    /// Bytes of all heads and trailers so far, informational ones included, so that their number is bounded too.
    private(set) var totalBytes = 0
    private var bytes: [UInt8] = []
    /// Where each field line of the latest response ends in `bytes`, its line break excluded.
    private var lines: [Range<Int>] = []

    /// Forgets the last exchange but keeps the memory.
    mutating func reset() {
        status = 0
        isComplete = false
        totalBytes = 0
        clear()
    }

    /// Takes one line with its line break: a status line, a field, the empty line, or a trailer field (which is dropped).
    mutating func append(line: UnsafeRawBufferPointer) {
        totalBytes += line.count
        guard !isComplete else { return }
        var end = line.count
        while end > 0, unsafe line[end - 1] == 0x0A || line[end - 1] == 0x0D { end -= 1 }
        if end == 0 {
            // 101 is never asked for, so what follows it is not HTTP; libcurl takes it for the end.
            isComplete = status >= 200
        } else if unsafe end >= 12 && line.starts(with: "HTTP/".utf8) {
            clear()
            status = unsafe Self.status(ofStatusLine: line)
        } else {
            let start = bytes.count
            unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: line[..<end]))
            if unsafe line[0] == 0x20 || line[0] == 0x09, let last = lines.popLast() {
                // Obsolete line folding (RFC 9112 §5.2) reads as one value.
                lines.append(last.lowerBound..<bytes.count)
            } else {
                lines.append(start..<bytes.count)
            }
        }
    }

    /// The fields of the latest response in arrival order. A line without a colon is left out.
    func fields() -> [HTTPField] {
        var fields: [HTTPField] = []
        fields.reserveCapacity(lines.count)
        for line in lines {
            guard let colon = bytes[line].firstIndex(of: UInt8(ascii: ":")) else { continue }
            var (start, end) = (colon + 1, line.upperBound)
            while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
            while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
            let name = String(decoding: bytes[line.lowerBound..<colon], as: UTF8.self)
            fields.append(HTTPField(name, String(decoding: bytes[start..<end], as: UTF8.self)))
        }
        return fields
    }

    private mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
    }

    private static func status(ofStatusLine line: UnsafeRawBufferPointer) -> Int {
        guard let space = unsafe line.firstIndex(of: 0x20), space + 3 < line.count else { return 0 }
        return unsafe line[(space + 1)...(space + 3)].reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }
}
