import AWSClient
import Glibc

/// The environment that the checks of this host are made in: what the service has, as its credentials and its overrides of the
/// configuration may be known to nobody else.
///
/// Root takes it from the unit, which is root's word, and never from the daemon's process: tools run as the daemon's user and could change
/// what that process holds, and then `PATH` or a profile's `credential_process` would have root run their programs.
package struct ServiceEnvironment: Sendable {
    /// Whose environment is wanted.
    package enum Wish: String, Sendable, Hashable, CaseIterable {
        /// The service's where the configuration is the service's own, else one's own.
        case auto
        /// The service's.
        case service
        /// One's own.
        case own
    }

    /// The file that the shipped unit gives the daemon.
    package static let configurationFile = "/etc/builderd/builderd.yaml"
    /// Where systemd shows a running service its credentials.
    private static let credentials = "/run/credentials/\(ServiceUnit.name)/"
    /// Where systemd looks for a credential that `LoadCredential=` names without a path
    /// (https://www.freedesktop.org/software/systemd/man/systemd.exec.html#LoadCredential=ID:PATH).
    private static let stores = ["/etc/credstore", "/run/credstore", "/usr/lib/credstore"]

    /// The variables.
    package let variables: [String: String]
    /// Which environment that is, by names of variables only.
    package let finding: Finding
    /// Whether it is the service's.
    package let isService: Bool

    /// Finds the environment.
    ///
    /// The home folder of the service's user belongs to the tools too. So root does not look there for profiles, and is told where some are.
    ///
    /// - Parameters:
    ///   - wish: whose.
    ///   - own: the process's own.
    ///   - file: the configuration file that is to be checked.
    ///   - command: the `builderctl` command to run again as another user, for example `doctor`.
    ///   - isRoot: whether the process is root's.
    ///   - account: finds a user of this machine.
    package static func find(
        _ wish: Wish,
        own: [String: String],
        file: String,
        command: String,
        isRoot: Bool = geteuid() == 0,
        account: @Sendable (_ user: String) -> UserAccount? = UserAccount.named
    ) async -> ServiceEnvironment {
        if wish == .own || wish == .auto && file != configurationFile {
            return ownOne(own, .ok("environment", "this shell's own"))
        }
        let unit: ServiceUnit
        do {
            unit = try await ServiceUnit.ask(searchPath: own["PATH"] ?? ToolSearchPath.fallback)
        } catch {
            return without(wish, own, "the service manager does not answer (\(error.message))")
        }
        guard unit.isLoaded else { return without(wish, own, "there is no \(ServiceUnit.name) here") }
        do {
            if !isRoot, let process = unit.process, let bytes = try BoundedFile.read("/proc/\(process)/environ") {
                let variables = EnvironmentText.block(bytes)
                return of(variables, "\(ServiceUnit.name)'s, of process \(process)")
            }
            let whose =
                unit.process == nil
                ? "what \(ServiceUnit.name) would start with, as it does not run"
                : "\(ServiceUnit.name)'s, as its unit sets it"
            let account = account(unit.user ?? "root")
            var variables = try configured(unit, own)
            // As systemd sets it, for whoever is that user already.
            if let account, unit.user != nil, account.number == geteuid() {
                variables = ["HOME": account.home].merging(variables) { $1 }
            }
            if isRoot, let account, account.number != 0,
                let file = profiles(in: account.home, variables)
            {
                return ServiceEnvironment(
                    variables: variables,
                    finding: .warning(
                        "environment",
                        "\(whose), but for \(file), which the service reads and root does not, as tools could have written it",
                        fix: "run this as the service's user: `runuser -u \(account.name) -- builderctl \(command)`"
                    ),
                    isService: true
                )
            }
            return of(variables, whose)
        } catch {
            return ownOne(
                own,
                .warning(
                    "environment",
                    "\(ServiceUnit.name)'s cannot be read as this user, so this shell's own is used",
                    fix:
                        "run `sudo builderctl \(command)`, or as builderd's user `runuser -u builderd -- builderctl \(command)`"
                )
            )
        }
    }

    /// What the unit sets. Of a service that does not run the credentials are where it would be given them from.
    private static func configured(_ unit: ServiceUnit, _ own: [String: String]) throws(FileProblem) -> [String: String]
    {
        var variables = unit.environment
        for file in unit.environmentFiles {
            guard let bytes = try BoundedFile.read(file) else { continue }
            variables.merge(EnvironmentText.file(String(decoding: bytes, as: UTF8.self))) { $1 }
        }
        for (name, value) in variables where value.hasPrefix(credentials) {
            guard try BoundedFile.read(value) == nil else { continue }
            let places = stores.map { "\($0)/\(value.dropFirst(credentials.count))" }
            for place in places {
                guard try BoundedFile.read(place) != nil else { continue }
                variables[name] = place
                break
            }
        }
        return ["PATH": own["PATH"] ?? ToolSearchPath.fallback].merging(variables) { $1 }
    }

    /// A file of profiles that the SDKs' rules find in the home folder, as no variable names another.
    private static func profiles(in home: String, _ variables: [String: String]) -> String? {
        let files = [("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")]
        let looked = files.filter { variables[$0.0] == nil }.map { "\(home)/.aws/\($0.1)" }
        return looked.first { unsafe access($0, F_OK) == 0 }
    }

    private static func without(_ wish: Wish, _ own: [String: String], _ why: String) -> ServiceEnvironment {
        let finding: Finding =
            wish == .service
            ? .failure("environment", why, fix: "leave --environment out, or look at `systemctl status builderd`")
            : .ok("environment", "this shell's own: \(why)")
        return ownOne(own, finding)
    }

    private static func ownOne(_ own: [String: String], _ finding: Finding) -> ServiceEnvironment {
        ServiceEnvironment(variables: own, finding: finding, isService: false)
    }

    private static func of(_ variables: [String: String], _ whose: String) -> ServiceEnvironment {
        let names = variables.keys.filter { $0.hasPrefix("AWS_") || $0.hasPrefix("BUILDERD_") }.sorted()
        let list = names.isEmpty ? "no AWS_* or BUILDERD_* variable" : names.joined(separator: ", ")
        let finding = Finding.ok("environment", "\(whose) (\(list))")
        return ServiceEnvironment(variables: variables, finding: finding, isService: true)
    }
}
