import Glibc

/// The process's environment, read once at the top and handed down as a value.
package enum ProcessEnvironment {
    /// Every variable of the process; the last of a repeated name wins.
    package static var current: [String: String] {
        var result: [String: String] = [:]
        var entry: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = unsafe environ
        while let pointer = unsafe entry.pointee {
            let text = unsafe String(cString: pointer)
            if let separator = text.firstIndex(of: "=") {
                result[String(text[..<separator])] = String(text[text.index(after: separator)...])
            }
            unsafe entry += 1
        }
        return result
    }
}

/// Standard error, unbuffered.
package enum StandardError {
    /// Writes all of `text`; errors are ignored, there is nowhere left to report them.
    package static func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
