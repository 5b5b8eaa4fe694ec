import Pipeline

/// Code that a module would have Terraform run on the builder: provisioners and `external` data sources, in every module.
///
/// They are looked for in the configuration, not among the changes: a data source is read while planning, and a provisioner of a
/// resource that does not change now runs when it is replaced.
enum CodeInPlan {
    private static let provisioners: Set<String> = ["local-exec", "remote-exec", "file"]
    private static let dataSources: Set<String> = ["external"]

    /// Everything of the kind in `module` (a module's configuration) and the modules that it calls.
    static func violations(in module: JSONValue, at path: String = "") -> [PlanViolation] {
        var found: [PlanViolation] = []
        for resource in module["resources"]?.elements ?? [] {
            let address = path + (resource["address"]?.text ?? "")
            if resource["mode"]?.text == "data", let type = resource["type"]?.text, dataSources.contains(type) {
                found.append(
                    PlanViolation(
                        address: address,
                        attribute: "data source",
                        found: type,
                        allowed: "data sources that run no program"
                    )
                )
            }
            for provisioner in resource["provisioners"]?.elements ?? [] {
                let type = provisioner["type"]?.text ?? "unknown"
                guard provisioners.contains(type) else { continue }
                found.append(
                    PlanViolation(
                        address: address,
                        attribute: "provisioner",
                        found: type,
                        allowed: "no provisioner: Bakery sets machines up, not Terraform"
                    )
                )
            }
        }
        for (name, call) in (module["module_calls"]?.members ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let inner = call["module"] else { continue }
            found += violations(in: inner, at: path + "module.\(name).")
        }
        return found
    }
}
