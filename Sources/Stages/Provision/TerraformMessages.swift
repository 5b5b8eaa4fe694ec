import FoundationEssentials

/// What Terraform said with `-json`, reduced to what Provision decides by, in bounded memory.
///
/// One JSON object a line, `ui` 1.0 to 1.3 (https://developer.hashicorp.com/terraform/internals/machine-readable-ui). Unknown
/// fields and types are ignored; a line that is not JSON, which `init` mixes in, is text for people.
package struct TerraformMessages: Sendable {
    /// One `diagnostic` message.
    package struct Diagnostic: Sendable, Hashable {
        /// `error` or `warning`.
        package var severity: String
        /// First line of it; what failures are told apart by.
        package var summary: String
        /// The rest, often empty.
        package var detail: String
        /// Address of the resource it is about, if it is about one.
        package var address: String?
        /// `file:line` it is about, if it is about one.
        package var place: String?

        /// As a person reads it: summary, place, detail.
        package var text: String {
            let about = [address, place].compactMap { $0 }.joined(separator: ", ")
            return summary + (about.isEmpty ? "" : " (\(about))") + (detail.isEmpty ? "" : "\n" + detail)
        }
    }

    /// One `change_summary`.
    package struct Changes: Sendable, Hashable {
        /// To add, or added.
        package var add: Int
        /// To change in place, or changed.
        package var change: Int
        /// To destroy, or destroyed.
        package var remove: Int
        /// `plan`, `apply` or `destroy`.
        package var operation: String
    }

    /// `terraform` of the version message.
    package private(set) var version: String?
    /// `ui` of the version message when its major is not 1: nothing after it can be trusted.
    package private(set) var unknownInterface: String?
    /// Diagnostics of severity error, the first ones.
    package private(set) var errors: [Diagnostic] = []
    /// Diagnostics of severity warning, the first ones.
    package private(set) var warnings: [Diagnostic] = []
    /// The last change summary.
    package private(set) var changes: Changes?
    /// Addresses of resources that failed.
    package private(set) var failed: [String] = []
    /// `@message` of the last messages, for a failure that came without a diagnostic.
    package private(set) var lastMessages: [String] = []
    /// Whether Terraform said that it was asked to stop.
    package private(set) var wasInterrupted = false

    /// Most diagnostics of a kind that are kept.
    static let mostItems = 64
    /// Most bytes of one line that are read; one with a large output is longer than 64 KiB.
    static let mostLineBytes = 4 * 1024 * 1024

    private var lines = LineCutter(limit: Self.mostLineBytes)

    /// Nothing said yet.
    package init() {}

    /// Takes the next bytes of the output.
    package mutating func take(_ bytes: ArraySlice<UInt8>) {
        var read: [[UInt8]] = []
        lines.take(bytes) { line, whole in if whole { read.append(line) } }
        for line in read { take(line: line) }
    }

    /// Takes a last line without its line end.
    package mutating func finish() {
        var read: [[UInt8]] = []
        lines.finish { line, whole in if whole { read.append(line) } }
        for line in read { take(line: line) }
    }

    private mutating func take(line: [UInt8]) {
        guard unknownInterface == nil, !line.isEmpty else { return }
        guard line.first == UInt8(ascii: "{"),
            let message = try? JSONDecoder().decode(TerraformMessage.self, from: Data(line))
        else {
            return note(String(decoding: line, as: UTF8.self))
        }
        if let text = message.message { note(text) }
        switch message.type {
        case "version": take(version: message)
        case "diagnostic": take(diagnostic: message.diagnostic)
        case "change_summary": take(changes: message.changes)
        case "apply_errored", "provision_errored":
            if let address = message.hook?.resource?.addr, failed.count < Self.mostItems { failed.append(address) }
        default: break
        }
    }

    private mutating func take(version message: TerraformMessage) {
        version = message.terraform ?? message.tofu
        if let interface = message.ui, interface != "1", !interface.hasPrefix("1.") { unknownInterface = interface }
    }

    mutating func take(diagnostic: TerraformMessage.Diagnostic?) {
        guard let diagnostic else { return }
        let place = diagnostic.range.map { $0.filename + ($0.start.map { ":\($0.line)" } ?? "") }
        let item = Diagnostic(
            severity: diagnostic.severity ?? "error",
            summary: diagnostic.summary ?? "",
            detail: diagnostic.detail ?? "",
            address: diagnostic.address,
            place: place
        )
        if item.severity == "warning" {
            if warnings.count < Self.mostItems { warnings.append(item) }
        } else if errors.count < Self.mostItems {
            errors.append(item)
        }
    }

    private mutating func take(changes: TerraformMessage.Changes?) {
        guard let changes else { return }
        self.changes = Changes(
            add: changes.add ?? 0,
            change: changes.change ?? 0,
            remove: changes.remove ?? 0,
            operation: changes.operation ?? ""
        )
    }

    private mutating func note(_ text: String) {
        let text = text.trimmed
        guard !text.isEmpty else { return }
        if text.contains("Interrupt received") { wasInterrupted = true }
        if lastMessages.count == 20 { lastMessages.removeFirst() }
        lastMessages.append(String(text.prefix(2_000)))
    }
}
