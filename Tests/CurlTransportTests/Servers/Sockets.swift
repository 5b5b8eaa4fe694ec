import Foundation
import Glibc
import Synchronization

/// Plain sockets of this host.
enum Sockets {
    /// A call that failed, by name.
    struct Failure: Error {
        let call: String
        let number: Int32
    }

    /// Listens on a free port of 127.0.0.1.
    static func listen(backlog: Int32) throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try check("socket", descriptor)
        var address = loopback(port: 0)
        try check("bind", unsafe withSockaddr(&address) { unsafe bind(descriptor, $0, $1) })
        try check("listen", Glibc.listen(descriptor, backlog))
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        try check("getsockname", result)
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// Listens on a Unix socket.
    static func listen(unixPath: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try check("socket", descriptor)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: unixPath.utf8) }
        try check("bind", unsafe withSockaddr(&address) { unsafe bind(descriptor, $0, $1) })
        try check("listen", Glibc.listen(descriptor, 16))
        return descriptor
    }

    /// Connects to a port of 127.0.0.1; without waiting when `waits` is false.
    static func connect(port: Int, waits: Bool = true) throws -> Int32 {
        let flags = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | (waits ? 0 : SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, Int32(flags), 0)
        try check("socket", descriptor)
        var address = loopback(port: port)
        let result = unsafe withSockaddr(&address) { unsafe Glibc.connect(descriptor, $0, $1) }
        if waits { try check("connect", result) }
        return descriptor
    }

    /// A port of 127.0.0.1 that refuses: it was free a moment ago.
    static func refusingPort() throws -> Int {
        let (descriptor, port) = try listen(backlog: 1)
        close(descriptor)
        return port
    }

    /// Runs `body` on a thread that can be waited for.
    static func thread(_ body: @escaping @Sendable () -> Void) -> DispatchSemaphore {
        let done = DispatchSemaphore(value: 0)
        Thread {
            body()
            done.signal()
        }.start()
        return done
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func withSockaddr<Address>(
        _ address: inout Address,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    private static func check(_ call: String, _ result: Int32) throws {
        guard result < 0 else { return }
        throw Failure(call: call, number: errno)
    }
}
