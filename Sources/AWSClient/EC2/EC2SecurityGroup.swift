/// A security group as DescribeSecurityGroups shows it.
package struct EC2SecurityGroup: Sendable, Hashable {
    /// `sg-…`.
    package let groupID: String
    /// Its name, which is unique in a VPC.
    package let name: String
    /// Description.
    package let description: String?
    /// Tags.
    package let tags: [String: String]

    init(_ element: XMLElement) throws(AnswerProblem) {
        groupID = try element.requiredText("groupId")
        name = try element.requiredText("groupName")
        description = element.text("groupDescription")
        tags = element.tags
    }
}
