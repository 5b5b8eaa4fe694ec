import FoundationEssentials

/// Names of the temporary key pairs and security groups that a Packer said it makes.
///
/// Packer 1.6 tags neither, and a security group's name is random. Until an instance with this task's tag uses the group, Packer's own
/// word, which comes before the call that makes it, is the only thing that leads to it. What is found by it is checked before it is
/// removed, so that a line of another meaning does no harm.
struct PackerNames: Sendable, Hashable {
    /// Of key pairs.
    private(set) var keyPairs: Set<String> = []
    /// Of security groups.
    private(set) var groups: Set<String> = []

    /// What Packer calls what it makes for a while; no other key pair or security group is touched.
    static let prefix = "packer_"
    private static let mostLineBytes = 64 * 1024

    /// Reads what `packer build -machine-readable` printed in a task's workspace. A tool that had to be started again has another folder.
    init(workspace: String) {
        let tools = workspace + "/tools"
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: tools)) ?? []
        for folder in folders.sorted() where folder == "packer-build" || folder.hasPrefix("packer-build~") {
            read("\(tools)/\(folder)/stdout")
        }
    }

    private mutating func read(_ path: String) {
        var lines = LineCutter(limit: Self.mostLineBytes)
        var names = (keys: Set<String>(), groups: Set<String>())
        let take: ([UInt8]) -> Void = { line in
            let text = String(decoding: line, as: UTF8.self)
            guard text.contains(",ui,"), let name = Self.lastWord(text) else { return }
            if text.contains("Creating temporary keypair: ") { names.keys.insert(name) }
            if text.contains("Creating temporary security group for this instance: ") { names.groups.insert(name) }
        }
        // A Packer that never began has no output.
        try? OutputFile.read(path) { lines.take($0) { line, _ in take(line) } }
        lines.finish { line, _ in take(line) }
        keyPairs.formUnion(names.keys)
        groups.formUnion(names.groups)
    }

    private static func lastWord(_ text: String) -> String? {
        text.split(separator: " ").last.map(String.init).flatMap { $0.hasPrefix(prefix) ? $0 : nil }
    }
}
