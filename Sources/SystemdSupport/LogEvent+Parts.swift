import Logging

extension LogEvent {
    /// The message, followed by the event's error.
    var text: String { error.map { "\(message): \($0)" } ?? "\(message)" }

    /// The handler's metadata, the provider's and the event's own, later ones winning.
    func allMetadata(of handler: Logger.Metadata, _ provider: Logger.MetadataProvider?) -> Logger.Metadata {
        var all = handler
        if let provider { all.merge(provider.get()) { $1 } }
        if let metadata { all.merge(metadata) { $1 } }
        return all
    }
}
