import Pipeline

extension PlanPolicy {
    /// Attributes that name a key pair, by resource type; found at any depth.
    private static let keyAttributes: [String: Set<String>] = [
        "aws_instance": ["key_name"],
        "aws_launch_template": ["key_name"],
        "aws_launch_configuration": ["key_name"],
        "aws_spot_instance_request": ["key_name"],
        "aws_spot_fleet_request": ["key_name"],
        "aws_ec2_fleet": ["key_name"],
        "aws_emr_cluster": ["key_name"],
        "aws_batch_compute_environment": ["ec2_key_pair"],
        "aws_eks_node_group": ["ec2_ssh_key"],
        "aws_imagebuilder_infrastructure_configuration": ["key_pair"],
        "aws_lightsail_instance": ["key_pair_name"],
    ]

    /// Every attribute of `resource` that sets a key pair.
    func keyNames(of resource: TerraformPlan.Resource, _ plan: TerraformPlan) -> [PlanViolation] {
        guard let names = Self.keyAttributes[resource.type] else { return [] }
        var found: [PlanViolation] = []
        for name in names.sorted() {
            Self.search(resource.after, for: name, at: "") { path, value in
                guard value != .null, value != .string("") else { return }
                found.append(Self.keyViolation(resource, path, value.text.map { "\"\($0)\"" } ?? "set"))
            }
            Self.search(resource.unknown, for: name, at: "") { path, value in
                // An instance without a key pair has it unknown as well: the attribute is computed.
                guard value == .bool(true), path != name || plan.expression(name, of: resource) != nil else { return }
                found.append(Self.keyViolation(resource, path, "known only after the apply"))
            }
        }
        return found
    }

    private static func keyViolation(
        _ resource: TerraformPlan.Resource,
        _ path: String,
        _ found: String
    ) -> PlanViolation {
        PlanViolation(
            address: resource.address,
            attribute: path,
            found: found,
            allowed: "no key pair: log in with Session Manager"
        )
    }

    /// Hands every member called `name`, at any depth, to `body`.
    private static func search(
        _ value: JSONValue,
        for name: String,
        at path: String,
        _ body: (_ path: String, _ value: JSONValue) -> Void
    ) {
        switch value {
        case .object(let members):
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                let here = path.isEmpty ? key : path + "." + key
                if key == name { body(here, member) } else { search(member, for: name, at: here, body) }
            }
        case .array(let items):
            for (index, item) in items.enumerated() { search(item, for: name, at: "\(path)[\(index)]", body) }
        default: break
        }
    }
}
