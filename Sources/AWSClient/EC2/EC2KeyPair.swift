/// A key pair as DescribeKeyPairs shows it.
package struct EC2KeyPair: Sendable, Hashable {
    /// Its name, which is unique in a region.
    package let name: String
    /// Tags.
    package let tags: [String: String]

    init(_ element: XMLElement) throws(AnswerProblem) {
        name = try element.requiredText("keyName")
        tags = element.tags
    }
}
