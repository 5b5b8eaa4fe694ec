/// A set of ASCII bytes, written as classes and single characters.
package struct ASCIISet: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// The bytes of `characters`.
    package init(_ characters: String) {
        for byte in characters.utf8 where byte < 128 { insert(byte) }
    }

    /// Whether `byte` is in the set.
    package func contains(_ byte: UInt8) -> Bool {
        byte < 64 ? low >> byte & 1 == 1 : byte < 128 && high >> (byte - 64) & 1 == 1
    }

    /// Both sets.
    package static func + (left: ASCIISet, right: ASCIISet) -> ASCIISet {
        var set = left
        set.low |= right.low
        set.high |= right.high
        return set
    }

    private mutating func insert(_ byte: UInt8) {
        if byte < 64 { low |= 1 << byte } else { high |= 1 << (byte - 64) }
    }

    /// `a` to `z`.
    package static let lower = ASCIISet("abcdefghijklmnopqrstuvwxyz")
    /// `A` to `Z`.
    package static let upper = ASCIISet("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    /// `0` to `9`.
    package static let digits = ASCIISet("0123456789")
    /// Letters and digits.
    package static let alphanumeric = lower + upper + digits
}
