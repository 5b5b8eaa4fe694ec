import Glibc

/// Small reads of whole text files with reasons a person can act on.
package enum FileText {
    /// Why a file could not be read.
    package struct Failure: Error, Sendable, Hashable {
        /// For example `no such file`, `permission denied`, `a folder`.
        package let reason: String
    }

    /// The file's whole text.
    ///
    /// - Throws: `Failure` when it cannot be opened, is larger than `limitBytes`, or is not UTF-8.
    package static func read(_ path: String, limitBytes: Int) throws(Failure) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(reason: reason(of: errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(reason: reason(of: errno))
            }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= limitBytes else { throw Failure(reason: "more than \(limitBytes) bytes") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(reason: "bytes that are not UTF-8")
        }
        return text
    }

    /// Whether `path` is a folder.
    package static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether the process may read `path`.
    package static func isReadable(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }

    private static func reason(of code: Int32) -> String {
        switch code {
        case ENOENT: "no such file"
        case EACCES, EPERM: "permission denied"
        case EISDIR: "a folder"
        default: "error \(code): \(unsafe String(cString: strerror(code)))"
        }
    }
}
