import Observability

/// Reads `builderd.yaml` and the `BUILDERD_*` environment into a `DaemonConfiguration`, or says everything that is wrong with them.
package struct ConfigurationLoader: Sendable {
    /// The configuration file.
    package let file: String
    /// The process's environment.
    package let environment: [String: String]
    /// Finds who the sockets' owner is; asked only where a socket is given to a group.
    private let owner: @Sendable () async -> SocketOwner
    private let askForGroup: @Sendable (String, Int) -> (code: Int32, number: UInt32?)

    /// A loader of this file and environment, for the daemon that this process is.
    package init(file: String, environment: [String: String]) {
        self.init(file: file, environment: environment, owner: { .process })
    }

    /// A loader for the service of this host, whoever this process is: what its user cannot do is a problem.
    package static func forService(file: String, environment: [String: String]) -> ConfigurationLoader {
        ConfigurationLoader(file: file, environment: environment, owner: { await SocketOwner.service(environment) })
    }

    /// A loader for this owner of the sockets.
    ///
    /// - Parameter askForGroup: asks the machine's group database.
    init(
        file: String,
        environment: [String: String],
        owner: @escaping @Sendable () async -> SocketOwner,
        askForGroup: @escaping @Sendable (String, Int) -> (code: Int32, number: UInt32?) = SocketGroup.ask
    ) {
        self.file = file
        self.environment = environment
        self.owner = owner
        self.askForGroup = askForGroup
    }

    /// The checked configuration.
    ///
    /// - Throws: `ConfigurationError` with every problem found: the file's shape, each value, what an enabled stage misses, folders
    ///   that are not there.
    package func load() async throws(ConfigurationError) -> DaemonConfiguration {
        let text: String
        do {
            text = try FileText.read(file, limitBytes: 1 << 20)
        } catch {
            throw ConfigurationError(
                file: file,
                problems: [
                    .init(
                        place: file,
                        found: error.reason,
                        allowed: "a readable YAML file of at most 1 MiB",
                        next:
                            "Install /etc/builderd/builderd.yaml from the shipped Config/builderd.yaml, or name another with --config."
                    )
                ]
            )
        }
        let walked = ConfigurationFile(text: text, path: file)
        var reading = ConfigurationReading(
            file: file,
            walked: walked,
            environment: environment,
            askForGroup: askForGroup
        )
        reading.reportUnknownVariables()
        if walked.isMapping {
            await reading.readValues()
        }
        let hasGroup = ConfigurationReading.groupKeys.contains { reading.values[$0] != nil }
        let owner = hasGroup ? await owner() : SocketOwner.process
        let configuration = walked.isMapping ? reading.assemble(socketsOf: owner) : nil
        guard reading.problems.isEmpty, let configuration else {
            throw ConfigurationError(file: file, problems: reading.problems)
        }
        return configuration
    }
}
