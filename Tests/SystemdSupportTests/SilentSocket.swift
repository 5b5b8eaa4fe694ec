import Foundation

/// A Unix socket that takes connections and never says a word, like a bus whose daemon was stopped and whose socket still listens.
final class SilentSocket: Sendable {
    /// Its D-Bus address.
    let address: String
    private let path = "/tmp/sds-" + UUID().uuidString
    private let descriptor: Int32

    /// Listens; the kernel takes connections without anybody accepting them.
    init() throws {
        address = "unix:path=" + path
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        guard result == 0, listen(descriptor, 8) == 0 else { throw POSIXError(.EADDRINUSE) }
    }

    deinit {
        close(descriptor)
        unsafe unlink(path)
    }
}
