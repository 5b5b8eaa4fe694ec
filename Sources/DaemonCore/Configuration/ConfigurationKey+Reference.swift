import Pipeline

extension ConfigurationKey {
    /// Every key in three lines: name, environment variable, what it takes with its default and when a new value counts.
    package static var reference: String {
        all.map { key in
            let override = key.kind == .environment ? "file only" : key.variable
            return "\(key.name)\n    \(override)\n    \(key.kind.allowed); default: \(key.defaultValue ?? "none"); "
                + "new values: \(key.isLive ? "reload" : "restart")"
        }.joined(separator: "\n")
    }
}

extension DaemonConfiguration {
    /// What the daemon would do with this configuration, a line each.
    package var summary: String {
        let stages = activities.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "  \($0.key.rawValue): \($0.value.slots) slot(s), \($0.value.arn)" }
        return
            (["  region: \(region)"] + stages + [
                "  state: \(stateDirectory)", "  workspaces: \(workDirectory)", "  health socket: \(healthSocket)",
                "  control socket: \(controlSocket)",
            ]).joined(separator: "\n")
    }
}
