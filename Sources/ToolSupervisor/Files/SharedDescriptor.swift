import Glibc

/// A descriptor that closes itself, where one that may be missing is passed on: an optional `FileHandle` cannot be.
final class SharedDescriptor: Sendable {
    /// The descriptor; close-on-exec.
    let descriptor: Int32

    /// Takes over an open descriptor.
    init(owning descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
}
