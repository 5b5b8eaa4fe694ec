/// Where the daemon's sockets are, for a program that asks it and need not be able to check its whole configuration.
package struct SocketPaths: Sendable, Hashable {
    /// The health socket.
    package let health: String
    /// The control socket.
    package let control: String

    /// Each by its variable in `environment`, else by the configuration file, else by its default.
    ///
    /// - Parameter file: the configuration file; what is wrong in it besides the two paths is not looked at.
    /// - Throws: `ConfigurationError` when it cannot be read or is not YAML.
    package init(file: String, environment: [String: String]) throws(ConfigurationError) {
        let text: String
        do {
            text = try FileText.read(file, limitBytes: 1 << 20)
        } catch {
            let problem = ConfigurationError.Problem(
                place: file,
                found: error.reason,
                allowed: "a readable YAML file",
                next: "Name another with --config, or the sockets with --health-socket and --control-socket."
            )
            throw ConfigurationError(file: file, problems: [problem])
        }
        let walked = ConfigurationFile(text: text, path: file)
        guard walked.isMapping else { throw ConfigurationError(file: file, problems: walked.problems) }
        self.init(scalars: walked.scalars.mapValues(\.text), environment: environment)
    }

    /// Each by its variable in `environment`, else by its default.
    package init(environment: [String: String]) { self.init(scalars: [:], environment: environment) }

    private init(scalars: [String: String], environment: [String: String]) {
        func path(_ name: String) -> String {
            let key = ConfigurationKey.all.first { $0.name == name }
            let own = key.flatMap { environment[$0.variable] }.flatMap { $0.isEmpty ? nil : $0 }
            // A path that is not absolute is none that the daemon would take.
            let written = scalars[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
            return own ?? written ?? key?.defaultValue ?? ""
        }
        health = path("health.socket")
        control = path("control.socket")
    }
}
