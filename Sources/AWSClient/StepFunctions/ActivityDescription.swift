/// What DescribeActivity says.
package struct ActivityDescription: Sendable, Hashable, Decodable {
    /// ARN of the activity.
    package let activityARN: String
    /// Its name.
    package let name: String

    private enum CodingKeys: String, CodingKey {
        case activityARN = "activityArn"
        case name
    }
}
