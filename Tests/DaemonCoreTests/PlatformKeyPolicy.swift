import Foundation
import Yams

/// The key's policy that the shipped stack deploys, made from its template as CloudFormation does it.
struct PlatformKeyPolicy {
    /// The account that the stack is in.
    static let account = "123456789012"
    /// The parameter `ApplicationAccounts`.
    let applicationAccounts: [String]

    /// The policy, JSON.
    func text() throws -> String {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath().path.components(separatedBy: "/Tests/")[0]
        let template = try String(contentsOfFile: root + "/Config/platform/template.yaml", encoding: .utf8)
        let policy = try Yams.compose(yaml: template)?["Resources"]?["Key"]?["Properties"]?["KeyPolicy"]
        guard let policy, let value = resolved(policy) else { throw CocoaError(.fileReadCorruptFile) }
        return String(decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self)
    }

    /// A node's value; `nil` for `AWS::NoValue`.
    private func resolved(_ node: Node) -> Any? {
        switch (node.tag.description, node) {
        case ("!If", .sequence(let parts)):
            // The template has one condition.
            return resolved(applicationAccounts.isEmpty ? parts[2] : parts[1])
        case ("!Ref", .scalar(let name)):
            return ["ApplicationAccounts": applicationAccounts][name.string]
        case ("!Sub", .scalar(let text)):
            let values = ["Partition": "aws", "Region": "eu-central-1", "AccountId": Self.account]
            return values.reduce(text.string) { $0.replacingOccurrences(of: "${AWS::\($1.key)}", with: $1.value) }
        case (_, .sequence(let parts)): return parts.compactMap(resolved)
        case (_, .mapping(let pairs)):
            return Dictionary(
                uniqueKeysWithValues: pairs.compactMap { key, value in
                    resolved(value).map { (key.string ?? "", $0) }
                }
            )
        case (_, .scalar(let scalar)): return scalar.string
        case (_, .alias): return nil
        }
    }
}
