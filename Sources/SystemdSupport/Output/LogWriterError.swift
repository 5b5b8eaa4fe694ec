import Glibc

/// Why there can be no writer's thread.
package struct LogWriterError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The call that failed.
    package let operation: String
    /// errno of it.
    package let number: Int32

    /// `operation: what the kernel said`.
    package var description: String {
        // Safe between threads since glibc 2.32.
        unsafe "\(operation): \(String(cString: strerror(number))) (\(number))"
    }
}
