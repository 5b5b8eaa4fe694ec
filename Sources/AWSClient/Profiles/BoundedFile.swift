import Glibc

/// Reads small files whole, with a bound: configuration, tokens.
package enum BoundedFile {
    /// Largest file that is read.
    package static let limitBytes = 1024 * 1024

    /// The contents of the file at `path`; `nil` when there is none.
    ///
    /// - Throws: `FileProblem` when it cannot be read or is larger than `limitBytes`.
    package static let read: @Sendable (String) throws(FileProblem) -> [UInt8]? = { path throws(FileProblem) in
        // Non-blocking so that a FIFO without a writer reads as empty instead of hanging the start.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw FileProblem("\(path) cannot be opened: \(reason(errno))")
        }
        defer { close(descriptor) }
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return contents }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileProblem("\(path) cannot be read: \(reason(errno))")
            }
            contents.append(contentsOf: chunk[..<count])
            guard contents.count <= limitBytes else {
                throw FileProblem(
                    "\(path) is larger than \(limitBytes) bytes, which no AWS configuration or token file is"
                )
            }
        }
    }

    /// What an `errno` means to a person.
    static func reason(_ code: Int32) -> String {
        switch code {
        case EACCES, EPERM: "permission denied; let the daemon's user read it"
        case EISDIR: "it is a directory"
        case EMFILE, ENFILE: "too many open files"
        case EIO: "input/output error"
        case ELOOP: "too many symbolic links"
        case ENOENT: "no such file"
        case ETXTBSY: "somebody is writing it just now"
        case ENOEXEC: "it is not a program"
        default: "errno \(code)"
        }
    }
}

/// Why a file that exists cannot be read.
package struct FileProblem: Error, Sendable, Hashable {
    /// The file and what is wrong with it.
    package let message: String

    /// A problem with this sentence.
    package init(_ message: String) { self.message = message }
}
