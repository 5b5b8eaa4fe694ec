import Foundation

/// systemd's end of a notify socket.
actor NotifySocket {
    nonisolated let path: String
    private let descriptor: Int32
    private var received: [String] = []

    init(path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let isBound = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRINUSE) }
    }

    deinit { close(descriptor) }

    /// Every assignment that has come, in order.
    var lines: [String] {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = unsafe recv(descriptor, &buffer, buffer.count, 0), count >= 0 {
            received += String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
        }
        return received
    }

    /// Waits until the assignments are as wanted.
    func wait(_ isWanted: ([String]) -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while !isWanted(lines) {
            guard ContinuousClock.now < deadline else { throw Silence(description: "systemd was told only \(lines)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private struct Silence: Error, CustomStringConvertible { var description: String }
}
