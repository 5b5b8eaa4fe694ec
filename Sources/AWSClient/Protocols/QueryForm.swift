import CurlTransport

/// The form that Query and EC2 Query operations are asked with; an absent value adds nothing.
///
/// EC2 counts lists as `Name.1`; the Query services that we call have no lists.
/// https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
struct QueryForm: Sendable {
    /// Operation name.
    let action: String
    private var members: [(name: String, value: String)] = []

    /// A form without parameters yet.
    init(_ action: String) { self.action = action }

    /// Adds one parameter.
    mutating func add(_ name: String, _ value: String?) {
        if let value { members.append((name, value)) }
    }

    /// Adds `name.1`, `name.2`, …
    mutating func add(list name: String, _ values: [String]) {
        for (index, value) in values.enumerated() { add("\(name).\(index + 1)", value) }
    }

    /// Adds `name.1.UserId`, `name.2.UserId`, …
    mutating func add(accounts: [String], _ name: String) {
        for (index, account) in accounts.enumerated() { add("\(name).\(index + 1).UserId", account) }
    }

    /// Adds `Filter.1.Name`, `Filter.1.Value.1`, …
    mutating func add(filters: [EC2Filter]) {
        for (index, filter) in filters.enumerated() {
            add("Filter.\(index + 1).Name", filter.name)
            add(list: "Filter.\(index + 1).Value", filter.values)
        }
    }

    /// Adds `name.1.Key`, `name.1.Value`, … in the order of the keys.
    mutating func add(tags: [String: String], _ name: String) {
        for (index, tag) in tags.sorted(by: { $0.key < $1.key }).enumerated() {
            add("\(name).\(index + 1).Key", tag.key)
            add("\(name).\(index + 1).Value", tag.value)
        }
    }

    /// Adds `TagSpecification.1.ResourceType`, `TagSpecification.1.Tag.1.Key`, …: the same tags for each type of resource.
    mutating func add(tagSpecifications tags: [String: String], for resourceTypes: [String]) {
        guard !tags.isEmpty else { return }
        for (index, type) in resourceTypes.enumerated() {
            add("TagSpecification.\(index + 1).ResourceType", type)
            add(tags: tags, "TagSpecification.\(index + 1).Tag")
        }
    }

    /// The form as `application/x-www-form-urlencoded` bytes; a space is `%20`.
    func body(version: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in [("Action", action), ("Version", version)] + members {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
            PercentEncoding.append(name.utf8, to: &bytes, keepingSlash: false)
            bytes.append(UInt8(ascii: "="))
            PercentEncoding.append(value.utf8, to: &bytes, keepingSlash: false)
        }
        return bytes
    }
}
