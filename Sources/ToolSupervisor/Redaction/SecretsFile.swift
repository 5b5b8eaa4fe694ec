import FoundationEssentials

/// The file `secrets` in a task's workspace: the secrets in use, so that whoever reads the output of a tool that outlived its
/// daemon can redact it from the first byte. Mode 0600, replaced by rename, a JSON array of strings.
package enum SecretsFile {
    /// The file's name in the workspace.
    package static let name = "secrets"

    /// Writes the secrets of `redactor` to the file in `workspace`.
    ///
    /// - Throws: `file`, with the path and the reason.
    package static func write(_ redactor: Redactor, workspace: String) throws(RedactorError) {
        let path = workspace + "/" + name
        do {
            try PrivateFile.replace(path, with: Array(try JSONEncoder().encode(redactor.secrets)))
        } catch {
            throw RedactorError(
                code: .file,
                message: "cannot write \(path): \(error)",
                number: (error as? SystemError)?.number
            )
        }
    }

    /// A redactor of the secrets in the file in `workspace`; of none when there is no file.
    ///
    /// - Throws: `file` when it cannot be read or is not what `write` writes: then nothing may be shown.
    package static func load(workspace: String) throws(RedactorError) -> Redactor {
        let path = workspace + "/" + name
        do {
            guard let bytes = try PrivateFile.read(path) else { return Redactor() }
            return try Redactor(secrets: JSONDecoder().decode([String].self, from: Data(bytes)))
        } catch let error as SystemError {
            throw RedactorError(code: .file, message: "cannot read \(path): \(error)")
        } catch let error as RedactorError {
            throw error
        } catch {
            // Not the decoder's own words: they may quote the content.
            throw RedactorError(code: .file, message: "\(path) is not a JSON array of strings")
        }
    }
}
