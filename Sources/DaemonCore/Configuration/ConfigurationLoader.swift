/// Reads `builderd.yaml` and the `BUILDERD_*` environment into a `DaemonConfiguration`, or says everything that is wrong with them.
package struct ConfigurationLoader: Sendable {
    /// The configuration file.
    package let file: String
    /// The process's environment.
    package let environment: [String: String]

    /// A loader of this file and environment.
    package init(file: String, environment: [String: String]) {
        self.file = file
        self.environment = environment
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
        var reading = ConfigurationReading(file: file, walked: walked, environment: environment)
        reading.reportUnknownVariables()
        if walked.isMapping {
            await reading.readValues()
        }
        let configuration = walked.isMapping ? reading.assemble() : nil
        guard reading.problems.isEmpty, let configuration else {
            throw ConfigurationError(file: file, problems: reading.problems)
        }
        return configuration
    }
}
