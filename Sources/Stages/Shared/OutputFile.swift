import Glibc

/// A tool's output as it lies in the workspace: of any size, so it is read in pieces.
package enum OutputFile {
    /// Bytes read at once.
    static let chunkBytes = 64 * 1024

    /// Hands the file's bytes to `body`, piece by piece; a file that is not there has none.
    package static func read(_ path: String, _ body: (ArraySlice<UInt8>) throws -> Void) throws {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw OutputFileError(path: path, code: errno)
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: chunkBytes)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw OutputFileError(path: path, code: errno) }
            if count == 0 { return }
            try body(buffer[..<count])
        }
    }

    /// The last lines of the file, about `bytes` bytes; empty when it is not there.
    ///
    /// What is cut away is cut at a line's beginning, or else, in a file without lines, far enough in that no secret is left in
    /// half: half a secret is not recognised by the redactor.
    package static func tail(_ path: String, bytes: Int = 16 * 1024) -> String {
        let margin = 16 * 1024
        guard let (end, start) = end(of: path, bytes: bytes + margin) else { return "" }
        var kept = end
        if start > 0 {
            let lineEnd = kept.prefix(margin).firstIndex(of: 0x0A)
            kept.removeFirst(lineEnd.map { $0 + 1 } ?? min(margin, kept.count))
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// The last bytes of the file, and where they begin; `nil` when it cannot be read. Files are of any size, so what
    /// comes before is not read.
    private static func end(of path: String, bytes: Int) -> ([UInt8], start: Int)? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        guard size >= 0 else { return nil }
        let start = max(0, size - bytes)
        var buffer = [UInt8](repeating: 0, count: size - start)
        var count = 0
        // No further than it was long: a tool may still write.
        while count < buffer.count {
            let read = unsafe buffer.withUnsafeMutableBytes {
                unsafe pread(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count, off_t(start + count))
            }
            if read < 0, errno == EINTR { continue }
            guard read > 0 else { break }
            count += read
        }
        return (Array(buffer[..<count]), start)
    }

    /// Whether there is something at `path`.
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// The whole file, at most `limit` bytes.
    ///
    /// - Throws: `OutputFileError` when it is larger.
    package static func whole(_ path: String, limit: Int) throws -> [UInt8] {
        var all: [UInt8] = []
        try read(path) { chunk in
            guard all.count + chunk.count <= limit else { throw OutputFileError(path: path, code: EFBIG) }
            all += chunk
        }
        return all
    }
}

/// A tool's output could not be read.
package struct OutputFileError: Error, Sendable, CustomStringConvertible {
    /// The file.
    package let path: String
    /// `errno`.
    package let code: Int32

    /// What a person is told.
    package var description: String {
        "\(path) cannot be read (\(code == EFBIG ? "it is too large" : "errno \(code)"))."
    }
}
