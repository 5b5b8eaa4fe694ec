import CSystemd
import Glibc

/// The kernel's calls around the journal's socket. None blocks; each gives 0 or a descriptor, or a negative errno.
enum Datagram {
    /// A socket connected to the one at `path`: only then poll says when the other end has room.
    static func connect(to path: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return -ENAMETOOLONG }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        let kind = SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = socket(AF_UNIX, Int32(kind), 0)
        guard descriptor >= 0 else { return -errno }
        // A wish: what the kernel holds is still delivered after this process has died.
        var size = Int32(8 << 20)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) < 0 ? -errno : 0
            }
        }
        guard result < 0 else { return descriptor }
        close(descriptor)
        return result
    }

    /// Sends one datagram.
    static func send(_ bytes: [UInt8], on descriptor: Int32) -> Int32 {
        unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)) < 0
            ? -errno : 0
    }

    /// Sends `bytes` as a sealed memory file, which is how journald takes what is too large for a datagram.
    static func sendFile(_ bytes: [UInt8], on descriptor: Int32) -> Int32 {
        let file = unsafe csystemd_memory_file("builderd-journal-entry")
        guard file >= 0 else { return -errno }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return -errno }
            rest = rest.dropFirst(count)
        }
        // F_ADD_SEALS against shrinking, growing, writing and other seals: journald reads only what nobody can change under it.
        guard fcntl(file, 1033, 1 | 2 | 4 | 8) == 0 else { return -errno }
        return send(file: file, on: descriptor)
    }

    /// Sends an empty datagram with an open file. The control message is laid out here, as its macros are not imported: its length, then
    /// SOL_SOCKET and SCM_RIGHTS in a word, then the descriptor.
    private static func send(file: Int32, on descriptor: Int32) -> Int32 {
        let header = UInt64(UInt32(SOL_SOCKET)) | 1 << 32
        var control = [UInt64(16 + MemoryLayout<Int32>.size), header, UInt64(UInt32(file))]
        return unsafe control.withUnsafeMutableBytes { control in
            var message = unsafe msghdr()
            unsafe message.msg_control = control.baseAddress
            unsafe message.msg_controllen = control.count
            let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
            return unsafe sendmsg(descriptor, &message, flags) < 0 ? -errno : 0
        }
    }
}
