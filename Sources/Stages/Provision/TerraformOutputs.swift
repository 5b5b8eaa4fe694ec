import FoundationEssentials
import Pipeline

/// A module's outputs, read from `terraform output -json`, which prints sensitive ones in clear.
struct TerraformOutputs: Sendable {
    /// Outputs that are not sensitive: only they leave the host.
    var visible: [String: JSONValue]
    /// Names of the sensitive ones.
    var hidden: [String]
    /// Texts of the sensitive ones, for the redactor.
    var secrets: [String]

    /// The outputs in `json`; `nil` when it is no such document.
    init?(json: [UInt8]) {
        guard let root = try? JSONDecoder().decode([String: JSONValue].self, from: Data(json)) else { return nil }
        visible = [:]
        hidden = []
        secrets = []
        for (name, output) in root.sorted(by: { $0.key < $1.key }) {
            // One that does not say what it is counts as sensitive.
            if output["sensitive"] == .bool(false) {
                visible[name] = output["value"] ?? .null
            } else {
                hidden.append(name)
                secrets += Self.texts(output["value"] ?? .null)
            }
        }
    }

    private static func texts(_ value: JSONValue) -> [String] {
        switch value {
        case .string(let text): [text]
        case .array(let items): items.flatMap(texts)
        case .object(let members): members.sorted { $0.key < $1.key }.flatMap { texts($0.value) }
        default: []
        }
    }

    /// Whether `text` is an absolute http or https URL with a host.
    static func isEndpoint(_ text: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            return false
        }
        let rest = text.dropFirst(scheme.count)
        let host = rest.prefix { !"/?#".contains($0) }
        return !host.isEmpty && !host.contains("@") && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
