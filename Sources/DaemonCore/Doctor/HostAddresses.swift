import Dispatch
import Glibc

/// The addresses that a host name has here.
enum HostAddresses {
    /// Numeric IPv4 and IPv6 addresses by the system's resolver; empty where there is none.
    @Sendable static func of(_ host: String) async -> [String] {
        await withCheckedContinuation { continuation in
            // It blocks: on a thread of its own.
            DispatchQueue(label: "builderd.addresses").async { continuation.resume(returning: look(up: host)) }
        }
    }

    /// Whether `address` is one of a private network, as the interfaces of a VPC endpoint are (RFC 1918, RFC 6598, RFC 4193).
    static func isPrivate(_ address: String) -> Bool {
        if address.contains(":") { return ["fc", "fd"].contains(address.lowercased().prefix(2)) }
        let octets = address.split(separator: ".").compactMap { UInt8($0) }
        guard octets.count == 4 else { return false }
        return switch (octets[0], octets[1]) {
        case (10, _), (172, 16...31), (192, 168), (100, 64...127): true
        default: false
        }
    }

    private static func look(up host: String) -> [String] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [String] = []
        var next = unsafe list
        while let entry = unsafe next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let code = unsafe getnameinfo(
                entry.pointee.ai_addr,
                entry.pointee.ai_addrlen,
                &text,
                socklen_t(text.count),
                nil,
                0,
                NI_NUMERICHOST
            )
            if code == 0 { addresses.append(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)) }
            unsafe next = entry.pointee.ai_next
        }
        return addresses
    }
}
