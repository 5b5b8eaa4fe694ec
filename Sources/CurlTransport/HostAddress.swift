import Glibc

/// A host that is written as an IP address, as its 4 or 16 bytes.
struct HostAddress: Sendable, Hashable {
    let bytes: [UInt8]

    /// `nil` when `host` is a name. Reads the short and numeric IPv4 forms too (`127.1`, `0x7f000001`), as resolvers do.
    init?(_ host: some StringProtocol) {
        let text = String(host.prefix { $0 != "%" })
        var six = in6_addr()
        if unsafe inet_pton(AF_INET6, text, &six) == 1 {
            let bytes = unsafe withUnsafeBytes(of: &six) { unsafe [UInt8]($0) }
            // An IPv4 address in IPv6 clothes (::ffff:127.0.0.1) is that IPv4 address.
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
            return
        }
        var four = in_addr()
        guard unsafe inet_aton(text, &four) == 1 else { return nil }
        bytes = unsafe withUnsafeBytes(of: &four) { unsafe [UInt8]($0) }
    }

    /// Whether the first `count` bits equal those of `other`.
    func sharesPrefix(of count: Int, with other: HostAddress) -> Bool {
        guard bytes.count == other.bytes.count, 0...(bytes.count * 8) ~= count else { return false }
        let (whole, rest) = count.quotientAndRemainder(dividingBy: 8)
        guard bytes.prefix(whole) == other.bytes.prefix(whole) else { return false }
        return rest == 0 || (bytes[whole] ^ other.bytes[whole]) >> (8 - rest) == 0
    }

    /// Loopback, the unspecified address (which connects to this host), link-local, and the metadata and container credential
    /// endpoints: 169.254.169.254, 169.254.170.2, 169.254.170.23, fd00:ec2::254, fd00:ec2::23.
    var isNeverProxied: Bool {
        if bytes.count == 4 {
            return bytes[0] == 127 || bytes == [0, 0, 0, 0] || (bytes[0] == 169 && bytes[1] == 254)
        }
        let isLoopback = bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] <= 1
        let isLinkLocal = bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
        let isEC2 = bytes.prefix(14) == [0xFD, 0, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        return isLoopback || isLinkLocal
            || (isEC2 && (bytes.suffix(2) == [0x02, 0x54] || bytes.suffix(2) == [0, 0x23]))
    }
}
