import Foundation
import Synchronization

@testable import SystemdSupport

/// journald's end of its socket, in a folder of its own. It is there or not, and takes only what it is told to.
final class FakeJournal: Sendable {
    /// A native entry: names and values in order.
    typealias Entry = [JournalField]

    let path: String
    private let folder: String
    private let descriptor = Mutex<Int32>(-1)

    /// A journal that listens, unless it is `absent` at first.
    init(absent: Bool = false) throws {
        folder = "/tmp/sdj-" + UUID().uuidString
        path = folder + "/socket"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if !absent { try listen() }
    }

    deinit {
        leave()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Begins to listen. What is sent waits in the kernel until `next` takes it, and what has no room there with the sender.
    func listen() throws {
        let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(socket, $0, length) }
        }
        guard result == 0 else { throw POSIXError(.EADDRINUSE) }
        descriptor.withLock { $0 = socket }
    }

    /// Is gone, with its socket.
    func leave() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
        _ = unsafe unlink(path)
    }

    /// The next entry; `nil` when none comes in `seconds`.
    func next(seconds: Int = 20) -> Entry? {
        let socket = descriptor.withLock { $0 }
        var wait = timeval(tv_sec: seconds, tv_usec: seconds == 0 ? 1000 : 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        // A control message's header (length, level, type), and the one descriptor behind it.
        var control = [UInt64](repeating: 0, count: 3)
        let (count, hasFile) = unsafe buffer.withUnsafeMutableBytes { buffer in
            unsafe control.withUnsafeMutableBytes { control -> (Int, Bool) in
                var part = unsafe iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
                return unsafe withUnsafeMutablePointer(to: &part) { part in
                    var message = unsafe msghdr()
                    unsafe message.msg_iov = part
                    unsafe message.msg_iovlen = 1
                    unsafe message.msg_control = control.baseAddress
                    unsafe message.msg_controllen = control.count
                    let count = unsafe recvmsg(socket, &message, 0)
                    return unsafe (count, message.msg_controllen > 0)
                }
            }
        }
        guard count >= 0 else { return nil }
        guard hasFile else { return Self.decode(Array(buffer[..<count])) }
        let file = FileHandle(fileDescriptor: Int32(truncatingIfNeeded: control[2]), closeOnDealloc: true)
        try? file.seek(toOffset: 0)
        return Self.decode(Array((try? file.readToEnd()) ?? Data()))
    }

    /// The entries that come until one whose message is `last`, that one included.
    func entries(through last: String) -> [Entry] {
        var all: [Entry] = []
        while let entry = next() {
            all.append(entry)
            if entry.text("MESSAGE") == last { break }
        }
        return all
    }

    /// Takes so many entries as fast as it can, unread.
    func discard(_ count: Int) {
        let socket = descriptor.withLock { $0 }
        var buffer = [UInt8](repeating: 0, count: 4096)
        for _ in 0..<count { unsafe recv(socket, &buffer, buffer.count, 0) }
    }

    static func decode(_ bytes: [UInt8]) -> Entry {
        var rest = bytes[...]
        var fields: Entry = []
        while let end = rest.firstIndex(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "\n") }) {
            let name = String(decoding: rest[..<end], as: UTF8.self)
            let isCounted = rest[end] == UInt8(ascii: "\n")
            rest = rest[(end + 1)...]
            let length =
                isCounted
                ? rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
                : (rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex) - rest.startIndex
            if isCounted { rest = rest.dropFirst(8) }
            fields.append(JournalField(name, bytes: Array(rest.prefix(length))))
            rest = rest.dropFirst(length + 1)
        }
        return fields
    }
}

extension FakeJournal.Entry {
    /// The value of a field.
    func text(_ name: String) -> String? {
        first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
    }
}
