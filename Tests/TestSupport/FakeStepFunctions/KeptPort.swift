import Glibc

/// A port of 127.0.0.1 that stays ours while nobody listens on it: the kernel would give it to the next connection or server else.
/// Connections to it are refused. A listener that sets SO_REUSEADDR can be bound beside this.
final class KeptPort: Sendable {
    /// The port.
    let number: Int
    private let descriptor: Int32

    /// Takes a free port.
    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var (size, yes) = (socklen_t(MemoryLayout<sockaddr_in>.size), Int32(1))
        let (own, length) = (descriptor, socklen_t(MemoryLayout<Int32>.size))
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe setsockopt(own, SOL_SOCKET, SO_REUSEADDR, &yes, length) == 0
                    && bind(own, address, size) == 0 && getsockname(own, address, &size) == 0
            }
        }
        number = Int(UInt16(bigEndian: address.sin_port))
        guard isBound else { throw Failed(code: errno) }
    }

    deinit { close(descriptor) }

    /// No port could be had.
    struct Failed: Error { let code: Int32 }
}
