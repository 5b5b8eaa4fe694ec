/// What the journal keeps of one step or tool of a task.
package struct StepRecord: Sendable, Hashable {
    /// What was done under the name. A step and a tool may have the same name.
    package enum Kind: String, Sendable, Hashable, Codable {
        /// `TaskContext.step`.
        case step
        /// `TaskContext.tool`.
        case tool
    }

    /// What was done.
    package var kind: Kind
    /// The step's or tool's name.
    package var name: String
    /// Digest of its inputs, in hexadecimal: after an upgrade that changed them the record does not count.
    package var inputs: String
    /// What it returned, as JSON text; `nil` for a tool that was begun and is not known to be over.
    package var result: String?
    /// When, milliseconds since 1970.
    package var recordedMilliseconds: Int64

    /// A record of these parts.
    package init(kind: Kind, name: String, inputs: String, result: String?, recordedMilliseconds: Int64) {
        self.kind = kind
        self.name = name
        self.inputs = inputs
        self.result = result
        self.recordedMilliseconds = recordedMilliseconds
    }

    /// Name of its file: `<kind>-<name>.json`, the name's other bytes than letters, digits, `.`, `_` and `-` as `%XX`.
    var fileName: String {
        var encoded = ""
        for byte in name.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return "\(kind.rawValue)-\(encoded).json"
    }
}
