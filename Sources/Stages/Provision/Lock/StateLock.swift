import FoundationEssentials
import Pipeline

/// The object beside a state that Terraform's S3 backend locks it with (`<key>.tflock`). It has no heartbeat and no end: what a killed
/// Terraform leaves stays.
package struct StateLock: Sendable, Hashable {
    /// The lock's id, made anew by each command.
    package let id: String
    /// `user@host` of the process that took it.
    package let who: String
    /// `OperationTypePlan`, `OperationTypeApply`, …
    package let operation: String
    /// When it was taken, by its host's clock; milliseconds since 1970.
    package let createdMilliseconds: Int64

    /// A lock of these parts.
    package init(id: String, who: String, operation: String, createdMilliseconds: Int64) {
        self.id = id
        self.who = who
        self.operation = operation
        self.createdMilliseconds = createdMilliseconds
    }

    private struct Document: Decodable {
        var ID: String
        var Who: String
        var Operation: String?
        var Created: String
    }

    /// The lock in an object's bytes; `nil` when they are none, which nobody here can judge then.
    package init?(json bytes: [UInt8]) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)), !document.ID.isEmpty,
            let created = Timestamp.milliseconds(document.Created)
        else { return nil }
        self.init(
            id: document.ID,
            who: document.Who,
            operation: document.Operation ?? "",
            createdMilliseconds: created
        )
    }
}
