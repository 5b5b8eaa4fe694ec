import AWSClient
import ToolSupervisor

/// What the service manager says of `builderd.service`.
struct ServiceUnit: Sendable, Hashable {
    /// The unit's name.
    static let name = "builderd.service"
    /// How long the service manager may take.
    private static let limit = Duration.seconds(10)

    /// Whether there is such a unit here.
    var isLoaded = false
    /// The daemon's process; `nil` while it does not run.
    var process: Int32?
    /// Its `User=`; `nil` for root.
    var user: String?
    /// Its `Group=`; `nil` for the user's own.
    var group: String?
    /// Its `SupplementaryGroups=`.
    var supplementaryGroups: [String] = []
    /// What its `Environment=` lines set.
    var environment: [String: String] = [:]
    /// What its `EnvironmentFile=` lines name.
    var environmentFiles: [String] = []

    /// Asks by `systemctl`, which any user may.
    ///
    /// - Parameter searchPath: the `PATH` that it is found by.
    /// - Throws: why there is no answer: no systemd here, most often.
    static func ask(searchPath: String) async throws(HelperProgram.Problem) -> ServiceUnit {
        let properties = "LoadState,MainPID,User,Group,SupplementaryGroups,Environment,EnvironmentFiles"
        let program: String
        do {
            program = try ExecutableLookup.find("systemctl", path: searchPath)
        } catch {
            throw HelperProgram.Problem(message: "there is no systemctl", isTransient: false)
        }
        let ended = try await HelperProgram(
            arguments: [program, "show", name, "--property=\(properties)"],
            variables: ["PATH": searchPath, "LC_ALL": "C"],
            limit: limit,
            outputBytes: 1 << 20
        ).run()
        guard ended.status == 0 else {
            let words = String(decoding: ended.standardError, as: UTF8.self).split(separator: "\n").first ?? ""
            throw HelperProgram.Problem(message: "systemctl ended with \(ended.status): \(words)", isTransient: false)
        }
        return ServiceUnit(properties: String(decoding: ended.standardOutput, as: UTF8.self))
    }

    /// Reads what `systemctl show` prints: `Name=value` lines.
    init(properties: String) {
        for line in properties.split(separator: "\n") {
            guard let mark = line.firstIndex(of: "=") else { continue }
            let value = String(line[line.index(after: mark)...])
            switch line[..<mark] {
            case "LoadState": isLoaded = value == "loaded"
            case "MainPID": process = Int32(value).flatMap { $0 > 0 ? $0 : nil }
            case "User": user = value.isEmpty ? nil : value
            case "Group": group = value.isEmpty ? nil : value
            case "SupplementaryGroups": supplementaryGroups = value.split(separator: " ").map(String.init)
            case "Environment": environment = EnvironmentText.property(value)
            // `/etc/default/builderd (ignore_errors=yes)`, a line for each.
            case "EnvironmentFiles":
                environmentFiles.append(value.replacing(#/ \(ignore_errors=(yes|no)\)$/#, with: ""))
            default: break
            }
        }
    }
}
