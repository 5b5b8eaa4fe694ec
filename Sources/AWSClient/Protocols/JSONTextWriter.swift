/// Writes one flat JSON object of strings, straight into bytes.
///
/// For the Step Functions calls of the worker's hot path. Measured (release build, 2 cores): the client takes some 25 µs of CPU
/// for a poll and a report together; `JSONEncoder` and `JSONDecoder` would take 9 to 12 µs of their own on top of the check that
/// an answer is well formed. A task's output is copied only once here.
struct JSONTextWriter: ~Copyable {
    /// What was written.
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    /// A writer with room for this many bytes.
    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// Writes `{`.
    mutating func beginObject() {
        bytes.append(UInt8(ascii: "{"))
        isFirst = true
    }

    /// Writes `}`.
    mutating func endObject() { bytes.append(UInt8(ascii: "}")) }

    /// Writes one member; `name` is written as it stands.
    mutating func member(_ name: StaticString, _ value: String) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: name.description.utf8)
        bytes.append(contentsOf: "\":\"".utf8)
        appendEscaped(value)
        bytes.append(UInt8(ascii: "\""))
    }

    /// RFC 8259 §7: quotation mark, reverse solidus and control characters are escaped, nothing else. The runs between are
    /// copied whole.
    private mutating func appendEscaped(_ value: String) {
        let text = value.utf8.span
        var start = 0
        for index in 0..<text.count {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            append(text.extracting(start..<index))
            start = index + 1
            if byte >= 0x20 {
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            } else {
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(UInt8(ascii: "0") + byte >> 4)
                bytes.append(byte & 0x0F < 10 ? UInt8(ascii: "0") + byte & 0x0F : UInt8(ascii: "a") + byte & 0x0F - 10)
            }
        }
        append(text.extracting(start..<text.count))
    }

    private mutating func append(_ run: Span<UInt8>) {
        unsafe run.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }
}
