import CurlTransport

/// What a build of an image runs with: instances, key pairs and security groups, as far as cleaning up after a build asks.
extension ScriptedCloud {
    struct Instance: Sendable, Hashable {
        var state = "running"
        var keyName: String?
        var groups: [String] = []
        var tags: [String: String] = [:]
        /// How often its group is still refused as in use after it was terminated.
        var lingers = 0
    }

    struct Group: Sendable, Hashable {
        var name: String
        var description = "Temporary group for Packer"
        var tags: [String: String] = [:]
    }

    /// Whether the form's first filter matches: a tag, or one of `values` by its name, with `*` at an end.
    static func matches(_ form: [String: String], tags: [String: String], _ values: [String: String]) -> Bool {
        guard let name = form["Filter.1.Name"] else { return true }
        let found = name.hasPrefix("tag:") ? tags[String(name.dropFirst(4))] : values[name]
        guard let found else { return false }
        return list("Filter.1.Value", form).contains {
            $0.hasSuffix("*") ? found.hasPrefix($0.dropLast()) : found == $0
        }
    }

    static func tagSet(_ tags: [String: String]) -> String {
        "<tagSet>\(tags.map { "<item><key>\($0)</key><value>\($1)</value></item>" }.joined())</tagSet>"
    }

    static func build(_ action: String, _ form: [String: String], _ state: inout State) -> HTTPResponse {
        switch action {
        case "DescribeInstances":
            let items = state.instances.filter { matches(form, tags: $0.value.tags, [:]) }.sorted { $0.key < $1.key }
                .map {
                    id,
                    instance in
                    let groups = instance.groups.map { "<item><groupId>\($0)</groupId></item>" }.joined()
                    return """
                        <item><instancesSet><item><instanceId>\(id)</instanceId><instanceState><name>\(instance.state)</name></instanceState>
                        <keyName>\(instance.keyName ?? "")</keyName><groupSet>\(groups)</groupSet>\(tagSet(instance.tags))</item></instancesSet></item>
                        """
                }
            return xml(action, "<reservationSet>\(items.joined())</reservationSet>")
        case "TerminateInstances":
            for id in list("InstanceId", form) { state.instances[id]?.state = "shutting-down" }
        case "DescribeKeyPairs":
            let found = state.keyPairs.filter { matches(form, tags: [:], ["key-name": $0]) }.sorted()
            return xml(action, "<keySet>\(found.map { "<item><keyName>\($0)</keyName></item>" }.joined())</keySet>")
        case "DeleteKeyPair": state.keyPairs.remove(form["KeyName"] ?? "")
        case "DescribeSecurityGroups":
            let found = state.groups.filter { id, group in
                matches(form, tags: group.tags, ["group-id": id, "group-name": group.name])
            }
            let items = found.sorted { $0.key < $1.key }.map { id, group in
                "<item><groupId>\(id)</groupId><groupName>\(group.name)</groupName>"
                    + "<groupDescription>\(group.description)</groupDescription>\(tagSet(group.tags))</item>"
            }
            return xml(action, "<securityGroupInfo>\(items.joined())</securityGroupInfo>")
        case "DeleteSecurityGroup":
            let id = form["GroupId"] ?? ""
            for (instance, value) in state.instances where value.groups.contains(id) {
                if !["shutting-down", "terminated"].contains(value.state) { return refusal("DependencyViolation") }
                if value.lingers > 0 {
                    state.instances[instance]?.lingers -= 1
                    return refusal("DependencyViolation")
                }
            }
            guard state.groups[id] != nil else { return refusal("InvalidGroup.NotFound") }
            state.groups[id] = nil
        default: return refusal("InvalidAction")
        }
        return xml(action, "<return>true</return>")
    }
}
