/// What the AWS configuration file and the credentials file say together.
struct SharedConfiguration: Sendable, Hashable {
    /// Profiles by name.
    let profiles: [String: SharedProfile]
    /// Properties of the `[services x]` sections by `x`.
    let services: [String: [String: ConfigProperty]]
    /// The files that were looked for, existing or not.
    let files: [String]

    /// Reads both files: `AWS_CONFIG_FILE`, else `~/.aws/config`; `AWS_SHARED_CREDENTIALS_FILE`, else `~/.aws/credentials`.
    /// A file that is not there counts as empty.
    ///
    /// - Throws: `SharedConfigProblem` when one cannot be read or understood, naming file and line.
    init(_ environment: AWSEnvironment) throws(SharedConfigProblem) {
        let config = Self.path("AWS_CONFIG_FILE", "config", environment)
        let credentials = Self.path("AWS_SHARED_CREDENTIALS_FILE", "credentials", environment)
        files = [config, credentials].compactMap { $0 }
        var profiles: [String: SharedProfile] = [:]
        var services: [String: [String: ConfigProperty]] = [:]
        for (file, isCredentialsFile) in [(config, false), (credentials, true)] {
            guard let file else { continue }
            let sections = try Self.sections(file, isCredentialsFile, environment)
            let named: (String, [String: ConfigProperty]) -> Void = { name, properties in
                profiles[name, default: SharedProfile(name: name, properties: [:])].properties.merge(properties) { $1 }
            }
            if sections[.profile("default")] == nil, let plain = sections[.plainDefault] { named("default", plain) }
            for (section, properties) in sections {
                switch section {
                case .profile(let name): named(name, properties)
                case .services(let name): services[name] = properties
                case .plainDefault, .ignored: break
                }
            }
        }
        self.profiles = profiles
        self.services = services
    }

    /// The profile in use; `nil` when it is merely the default and does not exist.
    ///
    /// - Throws: `SharedConfigProblem` when it was asked for by name and does not exist.
    func profile(_ environment: AWSEnvironment) throws(SharedConfigProblem) -> SharedProfile? {
        let name = environment.profileName
        if let profile = profiles[name] { return profile }
        guard let origin = environment.profileOrigin else { return nil }
        throw missing(name, askedBy: origin)
    }

    /// The problem of a profile that is named but does not exist.
    func missing(_ name: String, askedBy origin: String) -> SharedConfigProblem {
        let known = profiles.isEmpty ? "no profile" : profiles.keys.sorted().joined(separator: ", ")
        return SharedConfigProblem(
            "profile \(name) (named by \(origin)) does not exist: \(files.joined(separator: " and ")) "
                + "have \(known). Add [profile \(name)], or correct \(origin)"
        )
    }

    private static func path(_ variable: String, _ name: String, _ environment: AWSEnvironment) -> String? {
        if let path = environment[variable] { return environment.expanded(path) }
        return environment.homeDirectory.map { "\($0)/.aws/\(name)" }
    }

    private static func sections(
        _ file: String,
        _ isCredentialsFile: Bool,
        _ environment: AWSEnvironment
    ) throws(SharedConfigProblem) -> [ConfigFileSection: [String: ConfigProperty]] {
        do {
            guard let bytes = try environment.readFile(file) else { return [:] }
            return try SharedConfigParser(bytes, file: file, isCredentialsFile: isCredentialsFile).sections
        } catch let problem as FileProblem {
            throw SharedConfigProblem(problem.message)
        } catch let problem as SharedConfigProblem {
            throw problem
        } catch {
            throw SharedConfigProblem("\(file) cannot be read")
        }
    }
}
