import FoundationEssentials
import Pipeline

/// The accounts that this host's environment files let applications run in.
package struct EnvironmentAccounts: Sendable, Hashable {
    /// 12-digit ids.
    package private(set) var accounts: Set<String> = []
    /// Names of the environments whose files cannot be read or break their schema.
    package private(set) var unreadable: [String] = []

    /// Reads every `<environment>.yaml` of the folder; none where there is no folder.
    package init(directory: String) {
        let files = EnvironmentFiles(directory: directory)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for name in names.sorted() where name.hasSuffix(".yaml") {
            let environment = String(name.dropLast(5))
            guard let configuration = try? files.configuration(of: environment) else {
                unreadable.append(environment)
                continue
            }
            accounts.formUnion(configuration.accounts.keys)
        }
    }
}
