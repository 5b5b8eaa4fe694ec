import Pipeline

/// What no stack may have, checked against the plan before it is applied: a way in for a login (ports 22 and 3389), a key
/// pair, a launch configuration (or a group that starts instances by one), and code that Terraform would run on the builder.
///
/// A guarded attribute that is known only after the apply is refused too: what cannot be checked before must not be decided then.
package struct PlanPolicy: Sendable {
    /// Ports that no security group may open, whoever the source is.
    package static let guardedPorts = [22, 3389]

    /// Whether the module's source has a `dynamic "ingress"` block, of which a plan's configuration says nothing.
    package var hasDynamicIngress: Bool

    /// A policy for a module of this kind.
    package init(hasDynamicIngress: Bool = false) {
        self.hasDynamicIngress = hasDynamicIngress
    }

    /// Everything in `plan` that is refused, in the plan's order.
    package func violations(in plan: TerraformPlan) -> [PlanViolation] {
        var found: [PlanViolation] = []
        for resource in plan.resources where resource.after != .null {
            switch resource.type {
            case "aws_security_group", "aws_default_security_group":
                found += inlineRules(of: resource, plan)
            case "aws_security_group_rule":
                found += standaloneRule(resource)
            case "aws_vpc_security_group_ingress_rule":
                found += rule(resource.after, unknown: resource.unknown, protocol: "ip_protocol", at: "", of: resource)
            case "aws_key_pair", "aws_lightsail_key_pair":
                found.append(
                    PlanViolation(
                        address: resource.address,
                        attribute: "resource",
                        found: "a key pair",
                        allowed: "no key pair: log in with Session Manager"
                    )
                )
            case "aws_launch_configuration":
                found.append(
                    PlanViolation(
                        address: resource.address,
                        attribute: "resource",
                        found: "a launch configuration",
                        allowed: "aws_launch_template with a version number"
                    )
                )
            case "aws_autoscaling_group":
                found += launchConfiguration(of: resource, plan)
            default: break
            }
            found += keyNames(of: resource, plan)
        }
        return found + CodeInPlan.violations(in: plan.configuration)
    }

    /// A group's launch configuration: what made it is in no plan, so a key pair in it would not be seen.
    private func launchConfiguration(of resource: TerraformPlan.Resource, _ plan: TerraformPlan) -> [PlanViolation] {
        let name = "launch_configuration"
        let found: String
        if resource.unknown[name] == .bool(true) {
            guard plan.expression(name, of: resource) != nil else { return [] }
            found = "known only after the apply"
        } else {
            guard let value = resource.after[name], value != .null, value != .string("") else { return [] }
            found = value.text.map { "\"\($0)\"" } ?? "set"
        }
        return [
            PlanViolation(
                address: resource.address,
                attribute: name,
                found: found,
                allowed: "aws_launch_template with a version number"
            )
        ]
    }

    /// Rules that stand in the security group itself.
    private func inlineRules(of resource: TerraformPlan.Resource, _ plan: TerraformPlan) -> [PlanViolation] {
        if resource.unknown["ingress"] == .bool(true) {
            // A group without inline rules looks the same: the attribute is computed. Only what sets it is refused.
            guard plan.expression("ingress", of: resource) != nil || hasDynamicIngress else { return [] }
            return [unknownRule("ingress", of: resource)]
        }
        return (resource.after["ingress"]?.elements ?? []).enumerated().flatMap { index, block in
            let unknown = resource.unknown["ingress"]?.elements.flatMap { index < $0.count ? $0[index] : nil } ?? .null
            return rule(block, unknown: unknown, protocol: "protocol", at: "ingress[\(index)].", of: resource)
        }
    }

    private func standaloneRule(_ resource: TerraformPlan.Resource) -> [PlanViolation] {
        if resource.unknown["type"] == .bool(true) { return [unknownRule("type", of: resource)] }
        guard resource.after["type"]?.text != "egress" else { return [] }
        return rule(resource.after, unknown: resource.unknown, protocol: "protocol", at: "", of: resource)
    }

    /// One rule that lets traffic in: `from_port`, `to_port` and a protocol by name or number.
    private func rule(
        _ block: JSONValue,
        unknown: JSONValue,
        protocol protocolName: String,
        at prefix: String,
        of resource: TerraformPlan.Resource
    ) -> [PlanViolation] {
        for attribute in [protocolName, "from_port", "to_port"] where unknown[attribute] == .bool(true) {
            return [unknownRule(prefix + attribute, of: resource)]
        }
        let name = Self.text(block[protocolName]).lowercased()
        if name == "-1" || name == "all" {
            return [opened(prefix + protocolName, "\(name) (every protocol and port)", of: resource)]
        }
        // Ports of other protocols are something else, for example ICMP's type and code.
        guard ["tcp", "6", "udp", "17"].contains(name) else {
            let harmless = ["icmp", "1", "icmpv6", "58"].contains(name) || Int(name) != nil
            return harmless ? [] : [opened(prefix + protocolName, name.isEmpty ? "nothing" : name, of: resource)]
        }
        guard let from = Self.port(block["from_port"]), let to = Self.port(block["to_port"]) else {
            return [opened(prefix + "from_port", "not a number", of: resource)]
        }
        // From -1 to -1 stands for every port.
        let isOpen =
            (from == -1 || to == -1) || Self.guardedPorts.contains { (min(from, to)...max(from, to)).contains($0) }
        return isOpen ? [opened(prefix + "from_port", "\(name) \(from) to \(to)", of: resource)] : []
    }

    private func opened(_ attribute: String, _ found: String, of resource: TerraformPlan.Resource) -> PlanViolation {
        PlanViolation(
            address: resource.address,
            attribute: attribute,
            found: found,
            allowed: "rules that do not cover ports 22 and 3389: log in with Session Manager"
        )
    }

    private func unknownRule(_ attribute: String, of resource: TerraformPlan.Resource) -> PlanViolation {
        PlanViolation(
            address: resource.address,
            attribute: attribute,
            found: "known only after the apply",
            allowed: "a value that the plan knows, so that it can be checked"
        )
    }

    /// Number of a port; Terraform writes numbers, a provider may write text.
    private static func port(_ value: JSONValue?) -> Int? {
        value?.whole ?? value?.text.flatMap { Int($0) }
    }

    private static func text(_ value: JSONValue?) -> String {
        value?.text ?? value?.whole.map { String($0) } ?? ""
    }
}
