/// The 32 bytes of a SHA-256 digest or of an HMAC-SHA-256.
package struct Digest: Sendable {
    /// The bytes, in place: a digest allocates nothing.
    package let bytes: InlineArray<32, UInt8>

    init(_ bytes: InlineArray<32, UInt8>) { self.bytes = bytes }

    /// The bytes as an array.
    package var array: [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            for index in 0..<32 { unsafe buffer[index] = bytes[index] }
            count = 32
        }
    }

    /// 64 lower-case hexadecimal digits.
    package var hex: String {
        unsafe String(unsafeUninitializedCapacity: 64) { buffer in
            for index in 0..<32 {
                unsafe buffer[index * 2] = Hexadecimal.digit(bytes[index] >> 4)
                unsafe buffer[index * 2 + 1] = Hexadecimal.digit(bytes[index] & 0x0F)
            }
            return 64
        }
    }
}

extension Digest: Hashable {
    /// Whether all bytes are equal, in a time that does not depend on where they differ.
    package static func == (left: Digest, right: Digest) -> Bool {
        var difference: UInt8 = 0
        for index in 0..<32 { difference |= left.bytes[index] ^ right.bytes[index] }
        return difference == 0
    }

    package func hash(into hasher: inout Hasher) {
        for index in 0..<32 { hasher.combine(bytes[index]) }
    }
}

extension Digest: CustomStringConvertible {
    /// As `hex`.
    package var description: String { hex }
}
