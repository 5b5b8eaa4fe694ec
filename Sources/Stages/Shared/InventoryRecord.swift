import AWSClient
import Pipeline

/// An inventory item as a roll back reads it: what is needed to apply a completed release again.
struct InventoryRecord: Sendable, Hashable, Codable {
    /// The form of items that this version writes and reads. Items before it have no `schema`, and parameters as mere text.
    static let schema = 2

    /// ARN of the execution that completed the release.
    var execution: String
    /// The release's version.
    var version: String
    /// The image that the stack runs.
    var imageId: String
    /// The stages' sections, pinned to their versions, by stage name.
    var parameters: [String: ParameterReference]

    /// Why an item cannot be read.
    struct Unreadable: Error, Sendable, Hashable {
        /// As it follows "the record": `has no image`.
        let reason: String
    }

    /// The record in `item`.
    init(_ item: DynamoDBClient.Item) throws(Unreadable) {
        guard let schema = item["schema"]?.wholeValue else {
            throw Unreadable(
                reason: "was written by an earlier builderd, which did not keep what applying it again takes"
            )
        }
        guard schema == Self.schema else {
            throw Unreadable(reason: "is of schema \(schema); this builderd reads \(Self.schema)")
        }
        guard let execution = item["execution"]?.stringValue, let version = item["version"]?.stringValue else {
            throw Unreadable(reason: "has no execution or no version")
        }
        guard let imageId = item["imageId"]?.stringValue, !imageId.isEmpty else {
            throw Unreadable(reason: "has no image")
        }
        self.execution = execution
        self.version = version
        self.imageId = imageId
        parameters = [:]
        for (stage, value) in item["parameters"]?.mapValue ?? [:] {
            guard let name = value.mapValue?["name"]?.stringValue, let pinned = value.mapValue?["version"]?.wholeValue
            else { throw Unreadable(reason: "has no name or no version of the parameter for \(stage)") }
            parameters[stage] = ParameterReference(name: name, version: pinned)
        }
    }

    /// The attribute `parameters` of an item.
    static func attribute(_ parameters: [String: ParameterReference]) -> AttributeValue {
        .map(parameters.mapValues { .map(["name": .string($0.name), "version": .number($0.version)]) })
    }
}
