import ActivityWorker
import FoundationEssentials
package import Pipeline

/// One kind of folder in the catalogue, and copying one of them into a workspace.
package struct CatalogueFolder: Sendable {
    /// Absolute path of the folder of folders, for example `/etc/builderd/catalogue/packer`.
    package let directory: String
    /// What one of them is called in messages, for example `Packer template`.
    package let noun: String
    /// Failure name when one is not there.
    package let failure: FailureName

    /// A kind of these parts.
    package init(directory: String, noun: String, failure: FailureName) {
        self.directory = directory
        self.noun = noun
        self.failure = failure
    }

    /// What a copy leaves behind: what tools leave in a folder that a person worked in.
    static let leftBehind: Set<String> = [".terraform", ".git", ".inspec", "packer_cache", "crash.log"]

    /// The folders there are, sorted; none when the folder of folders cannot be read.
    package var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter { name in
            var isFolder = false
            let exists = FileManager.default.fileExists(atPath: directory + "/" + name, isDirectory: &isFolder)
            return Self.isPlain(name) && exists && isFolder
        }.sorted()
    }

    /// Absolute path of the folder `name`.
    ///
    /// - Throws: `TaskFailure` of `failure`, which lists the folders there are.
    package func path(of name: String) throws -> String {
        var isFolder = false
        let path = directory + "/" + name
        if Self.isPlain(name), FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder {
            return path
        }
        let there = names
        throw TaskFailure(
            failure,
            message: "There is no \(noun) \"\(name)\" in \(directory).",
            next: there.isEmpty
                ? "Put the folder \(name) there, or correct paths.catalogue in builderd.yaml: \(directory) is empty or cannot be read."
                : "Name one of these in the manifest: \(there.joined(separator: ", ")); or add \(name) to the catalogue."
        )
    }

    /// Copies the folder `name` to `target`, which is made 0700; files become 0600, or 0700 where they are executable.
    ///
    /// A symbolic link is followed only to what lies in the same folder: a link that leads out would bring a file of the host's
    /// into a tool's workspace.
    ///
    /// A copy that is there stays as it is: the stage runs again after a restart of the daemon, and its tool may be at work in the folder.
    ///
    /// - Parameter skipping: names of files that are not copied.
    package func copy(_ name: String, to target: String, skipping: Set<String> = []) throws {
        let source = try path(of: name)
        guard let root = RealPath.of(source) else {
            throw TaskFailure(
                failure,
                message: "\(source) cannot be read.",
                next: "Make it readable for the daemon's user."
            )
        }
        guard !FileManager.default.fileExists(atPath: target) else { return }
        // Beside it first, so that what is at `target` is whole.
        let unfinished = target + ".unfinished"
        if FileManager.default.fileExists(atPath: unfinished) { try FileManager.default.removeItem(atPath: unfinished) }
        try copy(folder: source, to: unfinished, root: root, skipping: skipping.union(Self.leftBehind), depth: 0)
        try FileManager.default.moveItem(atPath: unfinished, toPath: target)
    }

    private func copy(folder: String, to target: String, root: String, skipping: Set<String>, depth: Int) throws {
        guard depth < 16 else { throw refusal(of: folder, because: "is nested more than 16 deep") }
        try PrivateFile.makeFolder(target)
        for entry in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        where !skipping.contains(entry) {
            let from = folder + "/" + entry
            guard let real = RealPath.of(from), real.hasPrefix(root + "/") else {
                throw refusal(of: from, because: "is a link that leads out of the folder, or to nothing")
            }
            let attributes = try FileManager.default.attributesOfItem(atPath: real)
            switch attributes[.type] as? FileAttributeType {
            case .typeDirectory?:
                try copy(folder: from, to: target + "/" + entry, root: root, skipping: skipping, depth: depth + 1)
            case .typeRegular?:
                try PrivateFile.write(Data(contentsOf: URL(filePath: real)), to: target + "/" + entry)
                if FileManager.default.isExecutableFile(atPath: real) {
                    try FileManager.default.setAttributes(
                        [.posixPermissions: 0o700],
                        ofItemAtPath: target + "/" + entry
                    )
                }
            default:
                throw refusal(of: from, because: "is neither a file nor a folder")
            }
        }
    }

    private func refusal(of path: String, because reason: String) -> TaskFailure {
        TaskFailure(failure, message: "\(path) \(reason).", next: "Correct the \(noun) in the catalogue.")
    }

    /// Whether `name` is one path component that begins with a letter or digit.
    static func isPlain(_ name: String) -> Bool {
        guard let first = name.utf8.first, first.isASCIIAlphanumeric else { return false }
        return name.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
    }
}
