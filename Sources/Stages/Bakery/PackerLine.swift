/// One line of `packer -machine-readable`: `epoch,target,category,data…`, with `%!(PACKER_COMMA)`, `\n` and `\r` standing for what
/// would break it (https://developer.hashicorp.com/packer/docs/commands#machine-readable-output).
struct PackerLine: Sendable, Hashable {
    /// The build it is about, for example `amazon-ebs.image`; empty when it is about none.
    let target: String
    /// `ui`, `artifact`, `error`, `error-count`, `version`, …
    let category: String
    /// The fields after the category, each as it was before Packer escaped it; at least one.
    let data: [String]
    /// The same as one text, for categories with a single field that may have commas of its own.
    let text: String

    /// `nil` for what is no such line.
    init?(_ line: [UInt8]) {
        let fields = line.split(separator: UInt8(ascii: ","), maxSplits: 3, omittingEmptySubsequences: false)
        guard fields.count == 4, !fields[0].isEmpty, fields[0].allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        target = Self.unescaped(fields[1])
        category = Self.unescaped(fields[2])
        data = fields[3].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(Self.unescaped)
        text = Self.unescaped(fields[3])
    }

    /// Packer escapes no backslash, so `\n` in a text and a line end are the same.
    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
            .replacing("%!(PACKER_COMMA)", with: ",")
            .replacing("\\n", with: "\n")
            .replacing("\\r", with: "\r")
    }
}
