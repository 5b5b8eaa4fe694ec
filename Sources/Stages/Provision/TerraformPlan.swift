import FoundationEssentials
package import Pipeline

/// A plan as `terraform show -json` writes it, reduced to what the policy reads.
///
/// https://developer.hashicorp.com/terraform/internals/json-format
package struct TerraformPlan: Sendable {
    /// One planned resource, data sources that are read during apply included.
    package struct Resource: Sendable {
        /// For example `module.web.aws_instance.a[0]`.
        package var address: String
        /// Names of the modules it is in, outermost first, without their keys.
        package var modules: [String]
        /// For example `aws_instance`.
        package var type: String
        /// The resource's name in its module.
        package var name: String
        /// What it will be, as far as it is known; `.null` when it is destroyed.
        package var after: JSONValue
        /// The shape of `after` with `true` wherever the value is known only after the apply.
        package var unknown: JSONValue
    }

    /// Why a plan cannot be judged.
    package struct Unreadable: Error, Sendable, Hashable {
        /// One sentence for a person.
        package let message: String
    }

    /// Resources that exist after the apply.
    package let resources: [Resource]
    /// `configuration.root_module`: the module's own text, as expressions.
    package let configuration: JSONValue

    /// The plan in the output of `terraform show -json`.
    ///
    /// - Throws: `Unreadable` when it is not a plan or of a format whose major version is not 1.
    package init(json: [UInt8]) throws {
        guard let root = try? JSONDecoder().decode(JSONValue.self, from: Data(json)), root.members != nil else {
            throw Unreadable(message: "terraform show printed no JSON object.")
        }
        guard let format = root["format_version"]?.text, format == "1" || format.hasPrefix("1.") else {
            throw Unreadable(
                message:
                    "The plan's format_version is \(root["format_version"]?.text ?? "missing"); this builderd reads 1.x."
            )
        }
        guard let configuration = root["configuration"]?["root_module"] else {
            throw Unreadable(message: "The plan has no configuration.root_module.")
        }
        self.configuration = configuration
        resources = try (root["resource_changes"]?.elements ?? []).compactMap { item in
            guard let address = item["address"]?.text, let type = item["type"]?.text, let name = item["name"]?.text,
                let change = item["change"]
            else {
                throw Unreadable(
                    message: "A member of the plan's resource_changes has no address, type, name or change."
                )
            }
            return Resource(
                address: address,
                modules: Self.modules(in: item["module_address"]?.text ?? ""),
                type: type,
                name: name,
                after: change["after"] ?? .null,
                unknown: change["after_unknown"] ?? .null
            )
        }
    }

    /// The configuration's expression for an attribute of a resource: `nil` when the module does not set it (or sets it with a
    /// `dynamic` block, which the configuration's JSON leaves out).
    func expression(_ attribute: String, of resource: Resource) -> JSONValue? {
        var module: JSONValue? = configuration
        for name in resource.modules { module = module?["module_calls"]?[name]?["module"] }
        let block = module?["resources"]?.elements?.first {
            $0["type"]?.text == resource.type && $0["name"]?.text == resource.name
        }
        return block?["expressions"]?[attribute]
    }

    /// The names in `module.a["k.x"].module.b[0]`.
    static func modules(in address: String) -> [String] {
        var names: [String] = []
        var rest = Substring(address)
        while rest.hasPrefix("module.") {
            rest = rest.dropFirst("module.".count)
            names.append(String(rest.prefix { $0 != "." && $0 != "[" }))
            rest = rest.drop { $0 != "." && $0 != "[" }
            if rest.first == "[" { rest = afterKey(rest) }
            if rest.first == "." { rest = rest.dropFirst() }
        }
        return names
    }

    /// What follows `[…]`; a key in quotes may hold brackets, dots and escaped quotes.
    private static func afterKey(_ text: Substring) -> Substring {
        var rest = text.dropFirst()
        guard rest.first == "\"" else { return rest.drop { $0 != "]" }.dropFirst() }
        rest = rest.dropFirst()
        while let character = rest.first, character != "\"" { rest = rest.dropFirst(character == "\\" ? 2 : 1) }
        return rest.dropFirst().drop { $0 != "]" }.dropFirst()
    }
}
