/// Reads one output file of a tool as it grows, redacts it, and cuts it into lines.
struct OutputTail: ~Copyable {
    private static let chunkBytes = 64 * 1024

    private let file: FileHandle
    private let stream: ToolOutputStream
    private var redactor: RedactorStream
    private var splitter = LineSplitter()
    private var offset = 0
    private var chunk = [UInt8](repeating: 0, count: OutputTail.chunkBytes)

    init(_ path: String, stream: ToolOutputStream, redactor: Redactor) throws(SystemError) {
        file = try FileHandle(reading: path)
        self.stream = stream
        self.redactor = redactor.stream()
    }

    /// Reads at most one chunk of what is new; `false` when there was nothing.
    mutating func advance(_ onLine: (ToolOutputStream, String) -> Void) throws(SystemError) -> Bool {
        var count = try file.read(into: &chunk, at: offset)
        if count == 0, try file.size() < offset {
            // The tool has truncated its own output (`> /dev/stdout`).
            offset = 0
            count = try file.read(into: &chunk, at: 0)
        }
        guard count > 0 else { return false }
        offset += count
        let stream = self.stream
        splitter.process(redactor.process(chunk[..<count])) { onLine(stream, $0) }
        return true
    }

    /// Hands on what was held back; after the last `advance`.
    mutating func finish(_ onLine: (ToolOutputStream, String) -> Void) {
        let stream = self.stream
        splitter.process(redactor.finish()) { onLine(stream, $0) }
        splitter.finish { onLine(stream, $0) }
    }
}
