package import Logging

/// Takes a changed configuration over while the daemon works: the whole file, or nothing of it.
///
/// A file with a problem changes nothing, and neither does one with a change that takes a restart: then what runs is always what some
/// file said. A restart is no loss, as running tasks are handed over.
package actor ConfigurationReload {
    /// Reads and checks the configuration.
    package typealias Load = @Sendable () async throws(ConfigurationError) -> DaemonConfiguration
    /// Hands a checked configuration to what works by it.
    package typealias Apply = @Sendable (DaemonConfiguration) -> Void

    /// What became of a reload.
    package enum Outcome: Sendable, Hashable {
        /// These keys have new values, or none has.
        case applied([String])
        /// Nothing was changed, for this reason: one line.
        case refused(String)

        /// Its name in metrics.
        var label: String { if case .applied = self { "applied" } else { "refused" } }
    }

    private var current: DaemonConfiguration
    private let load: Load
    private let apply: Apply
    private let logger: Logger
    private let began: @Sendable () -> Void
    private let ended: @Sendable (Outcome) -> Void
    private var isReloading = false
    private var isWanted = false

    /// A reload of a daemon that works by `configuration`.
    ///
    /// - Parameters:
    ///   - began: called when reading begins.
    ///   - ended: called with what became of it, once for each `began`.
    package init(
        of configuration: DaemonConfiguration,
        load: @escaping Load,
        apply: @escaping Apply,
        logger: Logger,
        began: @escaping @Sendable () -> Void,
        ended: @escaping @Sendable (Outcome) -> Void
    ) {
        current = configuration
        self.load = load
        self.apply = apply
        self.logger = logger
        self.began = began
        self.ended = ended
    }

    /// Reads the configuration again, and applies it if all of it can be. Asked for while one is under way, it reads once more after that:
    /// what was written before the call counts in any case.
    package func reload() async {
        isWanted = true
        guard !isReloading else { return }
        isReloading = true
        defer { isReloading = false }
        while isWanted {
            isWanted = false
            began()
            ended(await attempt())
        }
    }

    private func attempt() async -> Outcome {
        let new: DaemonConfiguration
        do {
            new = try await load()
        } catch {
            logger.error("configuration not reloaded, nothing is changed: \(error)")
            let more = error.problems.count > 1 ? " and \(error.problems.count - 1) more" : ""
            return .refused("\(error.problems.first?.place ?? error.file)\(more)")
        }
        let changed = ConfigurationKey.all.filter { current.texts[$0.name] != new.texts[$0.name] }
        let restart = changed.filter { !$0.isLive }.map(\.name)
        guard restart.isEmpty else {
            logger.error(
                "configuration not reloaded, nothing is changed: \(restart.joined(separator: ", ")) takes a restart, in which running tasks go on: systemctl restart builderd"
            )
            return .refused("\(restart.joined(separator: ", ")) takes a restart")
        }
        apply(new)
        for key in changed {
            // Of the environment, which is for tools, only that it changed.
            let texts = [current, new].map { key.kind == .environment ? "…" : $0.texts[key.name] ?? "none" }
            logger.notice("configuration: \(key.name) is \(texts[1]), was \(texts[0])")
        }
        logger.notice("configuration reloaded: \(changed.count) changes; running tasks keep what they began with")
        current = new
        return .applied(changed.map(\.name))
    }
}
