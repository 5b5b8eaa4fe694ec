import CLinux

/// A system call that failed.
struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The call, for example `open`.
    let call: String
    /// Its positive errno.
    let number: Int32

    init(_ call: String, _ number: Int32) {
        self.call = call
        self.number = number
    }

    /// `open: No such file or directory (2)`.
    var description: String { "\(call): \(Self.text(number)) (\(number))" }

    /// The C library's words for an errno.
    static func text(_ number: Int32) -> String {
        guard let text = unsafe clinux_error_text(number) else { return "unknown error" }
        return unsafe String(cString: text)
    }
}
