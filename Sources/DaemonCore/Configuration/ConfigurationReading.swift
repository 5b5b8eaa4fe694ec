import Configuration
import Observability
import SystemPackage

/// One reading of file and environment: values by key name and the problems met on the way.
struct ConfigurationReading {
    var problems: [ConfigurationError.Problem]
    let file: String
    let walked: ConfigurationFile
    let environment: [String: String]
    /// Asks the machine's group database.
    let askForGroup: SocketGroup.Call
    var values: [String: String] = [:]
    /// Keys whose value was refused: what they miss is not reported a second time.
    private(set) var refused: Set<String> = []

    init(
        file: String,
        walked: ConfigurationFile,
        environment: [String: String],
        askForGroup: @escaping SocketGroup.Call
    ) {
        self.askForGroup = askForGroup
        self.file = file
        self.walked = walked
        self.environment = environment
        problems = walked.problems
    }

    /// `BUILDERD_TEST_*` belongs to the tests; any other unknown `BUILDERD_*` is a misspelling that would otherwise change nothing in silence.
    mutating func reportUnknownVariables() {
        let known = Set(ConfigurationKey.all.filter { $0.kind != .environment }.map(\.variable))
        for name in environment.keys.sorted()
        where name.hasPrefix("BUILDERD_") && !name.hasPrefix("BUILDERD_TEST_") && !known.contains(name) {
            problems.append(
                .init(
                    place: name,
                    found: "an unknown environment variable",
                    allowed: "BUILDERD_<key in upper snake case>",
                    next: "Unset it or correct its spelling; `builderd check-config --keys` lists them all."
                )
            )
        }
    }

    /// Takes each key's value through swift-configuration: environment first, then file, then default.
    mutating func readValues() async {
        let variables = EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "builderd")
        let reader: ConfigReader
        do {
            reader = ConfigReader(providers: [
                variables, try await FileProvider<YAMLSnapshot>(filePath: FilePath(file)),
            ])
        } catch {
            // The walk has said already what is wrong with the shape, in better words.
            if walked.problems.isEmpty {
                problems.append(
                    .init(place: file, found: "\(error)", allowed: "one YAML document", next: "Correct the file.")
                )
            }
            return
        }
        for key in ConfigurationKey.all where key.kind != .environment {
            let text = reader.string(forKey: ConfigKey(key.path)).flatMap { $0.isEmpty ? nil : $0 }
            let overridden = environment[key.variable].map { !$0.isEmpty } ?? false
            guard overridden || walked.scalars[key.name] != nil, let text else {
                values[key.name] = key.defaultValue
                continue
            }
            if key.kind.accepts(text) {
                values[key.name] = text
            } else {
                refused.insert(key.name)
                // A stage with a wrong ARN is one that is meant to be on.
                if key.kind == .activityARN { values[key.name] = text }
                report(key, found: "“\(text.prefix(100))”", allowed: key.kind.allowed, next: "Correct the value.")
            }
        }
    }

    mutating func report(
        _ key: ConfigurationKey,
        found: String,
        allowed: String,
        next: String,
        isPassing: Bool = false
    ) {
        problems.append(
            .init(place: place(of: key), found: found, allowed: allowed, next: next, isPassing: isPassing)
        )
    }

    private func place(of key: ConfigurationKey) -> String {
        if environment[key.variable].map({ !$0.isEmpty }) ?? false { return key.variable }
        let line = walked.scalars[key.name]?.line.map { ":\($0)" } ?? ""
        return "\(file)\(line): \(key.name)"
    }
}
