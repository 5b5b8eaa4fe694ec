import FoundationEssentials
import Logging

/// A log handler that also keeps the lines of tasks in `TaskLines`.
struct TaskLineHandler: LogHandler {
    private var base: any LogHandler
    private let lines: TaskLines

    /// Hands everything on to `base`.
    init(_ base: any LogHandler, lines: TaskLines) {
        self.base = base
        self.lines = lines
    }

    var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = newValue }
    }
    var metadataProvider: Logger.MetadataProvider? {
        get { base.metadataProvider }
        set { base.metadataProvider = newValue }
    }
    var logLevel: Logger.Level {
        get { base.logLevel }
        set { base.logLevel = newValue }
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set { base[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        base.log(event: event)
        let own = event.metadata ?? [:]
        guard let task = own["BUILDERD_TASK"] ?? base.metadata["BUILDERD_TASK"] else { return }
        var place = ["BUILDERD_STEP", "BUILDERD_TOOL"].compactMap { own[$0] ?? base.metadata[$0] }.map { "\($0)" }
        // A tool's step mostly has its name.
        if place.count == 2, place[0] == place[1] { place.removeLast() }
        let time = Date.now.formatted(.iso8601)
        let prefix = "\(time) \(event.level.rawValue)" + place.map { " [\($0)]" }.joined()
        lines.add("\(prefix) \(event.message)" + (event.error.map { ": \($0)" } ?? ""), of: "\(task)")
    }
}
