import FoundationEssentials

extension TerraformMessages {
    /// The diagnostics of `terraform validate -json`, which prints one document instead of messages.
    ///
    /// https://developer.hashicorp.com/terraform/cli/commands/validate#json-output-format
    package init(validation document: [UInt8]) {
        self.init()
        guard let root = try? JSONDecoder().decode(Validation.self, from: Data(document)) else {
            take(document[...])
            finish()
            return
        }
        for diagnostic in root.diagnostics ?? [] { take(diagnostic: diagnostic) }
    }

    private struct Validation: Decodable {
        var diagnostics: [TerraformMessage.Diagnostic]?
    }
}

extension TerraformMessages.Changes {
    /// Nothing changed.
    static let none = TerraformMessages.Changes(add: 0, change: 0, remove: 0, operation: "")
}
