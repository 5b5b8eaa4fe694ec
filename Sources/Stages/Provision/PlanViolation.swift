/// Something in a plan that the policy refuses.
package struct PlanViolation: Sendable, Hashable, CustomStringConvertible {
    /// Address of the resource, for example `aws_security_group.web`.
    package var address: String
    /// Attribute, for example `ingress[0].from_port`.
    package var attribute: String
    /// What the plan has there.
    package var found: String
    /// What it may have.
    package var allowed: String

    /// A violation of these parts.
    package init(address: String, attribute: String, found: String, allowed: String) {
        self.address = address
        self.attribute = attribute
        self.found = found
        self.allowed = allowed
    }

    /// One line for a person.
    package var description: String { "\(address): \(attribute) is \(found); allowed: \(allowed)" }
}
