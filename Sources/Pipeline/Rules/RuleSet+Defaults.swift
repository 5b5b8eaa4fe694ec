extension RuleSet {
    /// The manifest with what the default rules give where it says nothing. Nothing of what it says is changed.
    ///
    /// Of several rules for one path, the one whose subject names most is taken. A variable that a secret sets is not left open.
    package func withDefaults(
        _ manifest: DocumentNode,
        for release: RuleSubject
    ) throws(RuleConflict) -> DocumentNode {
        var result = manifest
        let byPath = Dictionary(grouping: rules(.defaultValue, about: release), by: \.path)
        // Short paths first, so that what lies beneath another default's path adds to it.
        for (path, rules) in byPath.sorted(by: {
            ($0.key.components.count, $0.key.text) < ($1.key.components.count, $1.key.text)
        }) {
            let rule = try Self.closest(rules)
            guard let value = rule.constraint?.equals, !path.isSaid(in: result) else { continue }
            result = result.setting(path.components[...], to: DocumentNode(value))
        }
        return result
    }

    private static func closest(_ rules: [Rule]) throws(RuleConflict) -> Rule {
        let sorted = rules.sorted { $0.subject.specificity > $1.subject.specificity }
        let best = sorted[0]
        let rivals = sorted.dropFirst().prefix { $0.subject.specificity == best.subject.specificity }
        if let rival = rivals.first(where: { $0.constraint?.equals != best.constraint?.equals }) {
            throw RuleConflict(path: best.path.text, rules: [best.id, rival.id])
        }
        return best
    }
}

extension RulePath {
    /// Whether the manifest says something at this path: a value, an empty one too, or a secret that sets it.
    fileprivate func isSaid(in manifest: DocumentNode) -> Bool {
        if !occurrences(in: manifest, scalars: false).isEmpty { return true }
        let place = components.reduce(Optional(manifest)) { $0?[$1] }
        if case .null? = place?.content { return (try? target())?.isOpen ?? true }
        return place != nil
    }
}

extension DocumentNode {
    /// This mapping with `value` at `path`; mappings on the way are made where there is nothing.
    fileprivate func setting(_ path: ArraySlice<String>, to value: DocumentNode) -> DocumentNode {
        guard let key = path.first else { return value }
        var entries: [DocumentEntry] = []
        if case .mapping(let there) = content { entries = there }
        let inner = (self[key] ?? DocumentNode(.null, line: nil)).setting(path.dropFirst(), to: value)
        let entry = DocumentEntry(key: key, line: entries.first { $0.key == key }?.line, value: inner)
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index] = entry
        } else {
            entries.append(entry)
        }
        return DocumentNode(.mapping(entries), line: line)
    }
}
