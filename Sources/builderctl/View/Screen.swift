import DaemonCore
import Glibc

/// Standard output.
enum Screen {
    /// Writes `text` to standard output at once.
    ///
    /// - Throws: `ClientProblem` when it cannot be written: a program that read it would take half an answer for a whole one.
    static func write(_ text: String) throws(ClientProblem) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let number = errno
                throw ClientProblem(
                    status: .output,
                    message: "standard output cannot be written: \(unsafe String(cString: strerror(number)))",
                    next: "See where it goes to: a full disk, or a program that reads no more."
                )
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes `lines` in the colours of `style`.
    static func write(_ lines: [StyledLine], _ style: Style) throws(ClientProblem) {
        try write(lines.map { $0.text(style) + "\n" }.joined())
    }
}
