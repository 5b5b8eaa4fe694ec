/// Hexadecimal digits as they are matched: in either case.
enum Hex {
    private static let lower = Array("0123456789abcdef".utf8)
    private static let upper = Array("0123456789ABCDEF".utf8)

    /// The two digits of `byte`, each in both cases where they differ.
    static func choices(_ byte: UInt8) -> [[UInt8]] { [digit(byte >> 4), digit(byte & 15)] }

    private static func digit(_ nibble: UInt8) -> [UInt8] {
        let index = Int(nibble)
        return lower[index] == upper[index] ? [lower[index]] : [lower[index], upper[index]]
    }

    /// `value` in lower-case digits without leading zeros.
    static func text(_ value: UInt32) -> String { String(value, radix: 16) }
}
