/// A small file whose whole text is a token; read anew at every use, because its owner rotates it.
enum TokenFile {
    /// The file's text, as it stands.
    ///
    /// - Parameter variable: the setting that names the file, for messages.
    /// - Throws: `CredentialProblem` when it is missing, unreadable or not UTF-8.
    static func read(_ path: String, variable: String, _ environment: AWSEnvironment) throws(CredentialProblem)
        -> String
    {
        let path = environment.expanded(path)
        var contents: [UInt8]?
        do {
            contents = try environment.readFile(path)
        } catch {
            throw CredentialProblem("\(error.message) (\(variable))")
        }
        guard let contents else { throw CredentialProblem("\(path) (\(variable)) does not exist: correct \(variable)") }
        guard let text = String(validating: contents, as: UTF8.self) else {
            throw CredentialProblem("\(path) (\(variable)) is not text: correct \(variable)")
        }
        return text
    }
}
