/// An instance as DescribeInstances shows it.
package struct EC2Instance: Sendable, Hashable {
    /// `i-…`.
    package let instanceID: String
    /// `pending`, `running`, `stopping`, `stopped`, `shutting-down`, `terminated`.
    package let state: String
    /// Name of its key pair.
    package let keyName: String?
    /// Ids of its security groups.
    package let groupIDs: [String]
    /// Tags.
    package let tags: [String: String]

    init(_ element: XMLElement) throws(AnswerProblem) {
        instanceID = try element.requiredText("instanceId")
        state = try element.required("instanceState").requiredText("name")
        keyName = element.text("keyName").flatMap { $0.isEmpty || $0 == "None" ? nil : $0 }
        groupIDs = element.items("groupSet").compactMap { $0.text("groupId") }
        tags = element.tags
    }
}
