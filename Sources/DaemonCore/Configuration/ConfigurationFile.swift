import Yams

/// `builderd.yaml` walked against the key table: swift-configuration passes unknown keys in silence, so they are found here.
struct ConfigurationFile {
    /// Scalars by key name (`aws.region`), as they stand in the file; an empty or null scalar is absent.
    private(set) var scalars: [String: Scalar] = [:]
    /// Mappings by key name, for keys of kind `environment`.
    private(set) var mappings: [String: [String: String]] = [:]
    /// Whether the text is one YAML mapping, so that values can be read from it.
    private(set) var isMapping = true
    /// What is wrong with the file's shape.
    private(set) var problems: [ConfigurationError.Problem] = []

    /// A scalar and where it stands.
    struct Scalar: Hashable {
        var text: String
        var line: Int?
    }

    private let path: String
    private let keys: [String: ConfigurationKey]
    private let parents: Set<String>

    /// Walks `text`, the whole file; never throws: what is wrong is in `problems`.
    init(text: String, path: String) {
        self.path = path
        keys = Dictionary(uniqueKeysWithValues: ConfigurationKey.all.map { ($0.name, $0) })
        parents = Set(
            ConfigurationKey.all.flatMap { key in
                (1..<key.path.count).map { key.path.prefix($0).joined(separator: ".") }
            }
        )
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            if case .scalar(let scalar) = root, scalar.string.isEmpty { return }
            guard case .mapping(let mapping) = root else {
                isMapping = false
                report(
                    root,
                    "",
                    found: kind(of: root),
                    allowed: "a mapping of keys",
                    next: "Start from the shipped builderd.yaml."
                )
                return
            }
            walk(mapping, under: [])
        } catch {
            isMapping = false
            let reason = "\(error)".split(separator: "\n").joined(separator: " ")
            problems.append(
                ConfigurationError.Problem(
                    place: path,
                    found: "text that is not YAML: \(reason)",
                    allowed: "one YAML document with each key once",
                    next: "Correct the line named."
                )
            )
        }
    }

    private mutating func walk(_ mapping: Node.Mapping, under parent: [String]) {
        for (keyNode, value) in mapping {
            let path = parent + [keyNode.string ?? "?"]
            let name = path.joined(separator: ".")
            if let key = keys[name] {
                take(value, for: key)
            } else if parents.contains(name) {
                switch value {
                case .mapping(let inner): walk(inner, under: path)
                case .scalar(let scalar) where isEmpty(scalar): continue
                default:
                    report(
                        value,
                        name,
                        found: kind(of: value),
                        allowed: "a mapping",
                        next: "Indent its keys below it."
                    )
                }
            } else {
                reportUnknown(keyNode, name: name, parent: parent)
            }
        }
    }

    private mutating func take(_ value: Node, for key: ConfigurationKey) {
        if key.kind == .environment {
            takeMapping(value, for: key)
            return
        }
        guard case .scalar(let scalar) = value else {
            report(
                value,
                key.name,
                found: kind(of: value),
                allowed: key.kind.allowed,
                next: "Write one value on the line."
            )
            return
        }
        if !isEmpty(scalar) {
            scalars[key.name] = Scalar(text: scalar.string, line: scalar.mark?.line)
        }
    }

    private mutating func takeMapping(_ value: Node, for key: ConfigurationKey) {
        if case .scalar(let scalar) = value, isEmpty(scalar) { return }
        guard case .mapping(let mapping) = value else {
            report(
                value,
                key.name,
                found: kind(of: value),
                allowed: key.kind.allowed,
                next: "Write NAME: value lines below it."
            )
            return
        }
        var result: [String: String] = [:]
        for (nameNode, valueNode) in mapping {
            let name = nameNode.string ?? ""
            guard case .scalar(let scalar) = valueNode, isEnvironmentName(name) else {
                report(
                    valueNode,
                    "\(key.name).\(name)",
                    found: kind(of: valueNode),
                    allowed: "NAME: value, the name of letters, digits and _",
                    next: "Correct the name or quote the value."
                )
                continue
            }
            if Self.credentialVariables.contains(name) {
                report(
                    valueNode,
                    "\(key.name).\(name)",
                    found: "a credential",
                    allowed: "variables that hold no secret",
                    next: "Remove it: tools sign by reference, see tools.credentials."
                )
                continue
            }
            result[name] = scalar.string
        }
        mappings[key.name] = result
    }

    private static let credentialVariables: Set<String> = [
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
    ]

    private mutating func reportUnknown(_ node: Node, name: String, parent: [String]) {
        let siblings = Set(
            ConfigurationKey.all.map(\.path).filter {
                $0.count > parent.count && Array($0.prefix(parent.count)) == parent
            }
            .map { $0[parent.count] }
        ).sorted()
        report(
            node,
            name,
            found: "an unknown key",
            allowed: siblings.joined(separator: ", "),
            next: "Remove it or correct its spelling and its indentation."
        )
    }

    private mutating func report(_ node: Node, _ name: String, found: String, allowed: String, next: String) {
        let line = node.mark.map { ":\($0.line)" } ?? ""
        let place = name.isEmpty ? "\(path)\(line)" : "\(path)\(line): \(name)"
        problems.append(ConfigurationError.Problem(place: place, found: found, allowed: allowed, next: next))
    }

    private func kind(of node: Node) -> String {
        switch node {
        case .scalar(let scalar): "“\(scalar.string.prefix(60))”"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    private func isEmpty(_ scalar: Node.Scalar) -> Bool {
        scalar.string.isEmpty || (scalar.style == .plain && (scalar.string == "~" || scalar.string == "null"))
    }

    private func isEnvironmentName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == 0x5F }
    }
}
