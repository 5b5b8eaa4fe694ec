extension RulePath {
    /// What `manifest`, one that its schema has found right, says itself at this path.
    ///
    /// - Parameter scalars: whether a list or a mapping stands for the scalars in it, as a constraint is about those, or for itself.
    ///   One that is empty says nothing.
    func occurrences(in manifest: DocumentNode, scalars: Bool) -> [RuleOccurrence] {
        if isAboutServices { return services(in: manifest) }
        var found: [RuleOccurrence] = []
        walk(manifest, components[...], at: "", scalars: scalars, nullCounts: (try? target())?.isOpen ?? false, &found)
        return found + secrets(in: manifest)
    }

    private func walk(
        _ node: DocumentNode,
        _ rest: ArraySlice<String>,
        at path: String,
        scalars: Bool,
        nullCounts: Bool,
        _ found: inout [RuleOccurrence]
    ) {
        switch node.content {
        case .sequence(let nodes) where !rest.isEmpty || scalars:
            for (index, element) in nodes.enumerated() {
                walk(element, rest, at: "\(path)[\(index)]", scalars: scalars, nullCounts: nullCounts, &found)
            }
        case .mapping where !rest.isEmpty:
            guard let key = rest.first, let inner = node[key] else { return }
            let place = DocumentPath.join(path, key)
            walk(inner, rest.dropFirst(), at: place, scalars: scalars, nullCounts: nullCounts, &found)
        case .mapping(let entries) where scalars:
            for entry in entries {
                let place = DocumentPath.join(path, entry.key)
                walk(entry.value, [], at: place, scalars: scalars, nullCounts: nullCounts, &found)
            }
        case .sequence(let nodes) where nodes.isEmpty: return
        case .mapping(let entries) where entries.isEmpty: return
        case .null where !nullCounts: return
        default:
            guard rest.isEmpty else { return }
            found.append(
                RuleOccurrence(path: path, line: node.line, value: node.json, found: Excerpt.describe(node))
            )
        }
    }

    /// The elements of `spec.services` of this path's type, with the access that they ask.
    private func services(in manifest: DocumentNode) -> [RuleOccurrence] {
        guard case .sequence(let nodes)? = manifest["spec"]?["services"]?.content else { return [] }
        return nodes.enumerated().compactMap { index, node in
            guard let type = node["type"]?.json.text, let access = node["access"]?.json.text,
                serviceType == nil || serviceType == type
            else { return nil }
            return RuleOccurrence(
                path: "\(Self.services)[\(index)]",
                line: node["type"]?.line ?? node.line,
                value: .string(access),
                found: "\(Excerpt.quoted(access)) of the service \(Excerpt.quoted(type))"
            )
        }
    }

    /// Secrets that become variables at this path: they set them as well as the manifest's `variables` do.
    private func secrets(in manifest: DocumentNode) -> [RuleOccurrence] {
        let parts = components
        guard parts.count >= 3, parts[0] == "spec", parts[2] == "variables",
            let stage = ["image": Stage.bakery, "infrastructure": .provision][parts[1]],
            case .sequence(let nodes)? = manifest["spec"]?["secrets"]?.content
        else { return [] }
        return nodes.enumerated().compactMap { index, node in
            guard let name = node["name"]?.json.text, parts.count == 3 || parts[3] == name,
                node["stages"]?.json.elements?.contains(.string(stage.rawValue)) == true
            else { return nil }
            return RuleOccurrence(
                path: "spec.secrets[\(index)].name",
                line: node["name"]?.line,
                value: nil,
                found: "\(Excerpt.quoted(name)), a secret that sets the variable `spec.\(parts[1]).variables.\(name)`"
            )
        }
    }
}
