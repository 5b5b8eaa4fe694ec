/// Reads one output file of a tool as it grows, redacts it, and cuts it into lines.
///
/// `resumePoint` is the place where a successor may begin to read: nothing after it has been handed on, everything before it has.
struct OutputTail: ~Copyable {
    /// So small that the lines of a chunk, however short, fit into what `LinePacing` calls room.
    private static let chunkBytes = 16 * 1024

    private let file: FileHandle
    private let stream: ToolOutputStream
    private var redactor: RedactorStream
    private var splitter = LineSplitter()
    private var offset: Int
    private var chunk = [UInt8](repeating: 0, count: OutputTail.chunkBytes)
    /// Where the last line ended with nothing held back, and whether something was handed on since.
    private var lineStart: Int
    private var isPastLineStart = false

    /// A tail that begins at byte `offset`.
    init(_ path: String, stream: ToolOutputStream, redactor: Redactor, from offset: Int) throws(SystemError) {
        file = try FileHandle(reading: path)
        self.stream = stream
        self.redactor = redactor.stream()
        self.offset = offset
        lineStart = offset
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
        var emitted = false
        splitter.process(redactor.process(chunk[..<count])) {
            emitted = true
            onLine(stream, $0)
        }
        if splitter.isEmpty, redactor.heldBytes == 0 {
            (lineStart, isPastLineStart) = (offset, false)
        } else if emitted {
            isPastLineStart = true
        }
        return true
    }

    /// Hands on what was held back; after the last `advance`.
    mutating func finish(_ onLine: (ToolOutputStream, String) -> Void) {
        let stream = self.stream
        splitter.process(redactor.finish()) { onLine(stream, $0) }
        splitter.finish { onLine(stream, $0) }
        (lineStart, isPastLineStart) = (offset, false)
    }

    /// Makes `resumePoint` exact. Where lines were handed on since the last clean end of a line, the piece of a line that is ready is
    /// handed on too, as a line of its own; a part of a secret stays for the successor, who sees it whole.
    mutating func handOver(_ onLine: (ToolOutputStream, String) -> Void) {
        guard isPastLineStart else { return }
        let stream = self.stream
        splitter.finish { onLine(stream, $0) }
        (lineStart, isPastLineStart) = (offset - redactor.heldBytes, false)
    }

    /// Where a successor may begin. Exact after `finish` and `handOver`, else it may lie before lines that were handed on.
    var resumePoint: Int { lineStart }
}
