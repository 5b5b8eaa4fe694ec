import ActivityWorker
package import Pipeline

/// The variables that a template or module is given: the stage's own, the manifest's and secrets, but only declared ones.
package struct VariableSet: Sendable {
    /// Names that the template or module declares.
    package let declared: Set<String>
    /// What it is, for messages: `The Packer template "amazon-linux"`.
    package let subject: String
    /// Failure name for one that is not declared.
    package let failure: FailureName

    /// The rules for one template or module.
    package init(declared: Set<String>, subject: String, failure: FailureName) {
        self.declared = declared
        self.subject = subject
        self.failure = failure
    }

    /// What to give: of `own` those that are declared, of `manifest` and `secrets` all.
    ///
    /// A manifest variable that is not declared would be ignored by the tool without a word or with a warning that nobody reads,
    /// and one that has a name of the stage's own would change whose image or which image it is.
    ///
    /// - Throws: `TaskFailure` of `failure`, naming every such variable and the declared ones.
    package func values(
        own: [String: JSONValue],
        manifest: [String: JSONValue],
        secrets: [String: String]
    ) throws -> [String: JSONValue] {
        let asked = Set(manifest.keys).union(secrets.keys)
        let undeclared = asked.subtracting(declared).sorted()
        let reserved = asked.intersection(own.keys).sorted()
        let twice = Set(manifest.keys).intersection(secrets.keys).sorted()
        guard undeclared.isEmpty, reserved.isEmpty, twice.isEmpty else {
            let reasons = [
                undeclared.isEmpty ? nil : "does not declare \(Self.list(undeclared))",
                reserved.isEmpty ? nil : "is given \(Self.list(reserved)) by builderd itself",
                twice.isEmpty ? nil : "is given \(Self.list(twice)) both as a variable and as a secret",
            ]
            throw TaskFailure(
                failure,
                message: "\(subject) " + reasons.compactMap { $0 }.joined(separator: ", and ") + ".",
                next: "Correct the manifest's variables and secrets. It may set: "
                    + Self.list(declared.subtracting(own.keys).sorted()) + "."
            )
        }
        return own.filter { declared.contains($0.key) }
            .merging(manifest) { $1 }
            .merging(secrets.mapValues { .string($0) }) { $1 }
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "nothing" : names.joined(separator: ", ")
    }
}
