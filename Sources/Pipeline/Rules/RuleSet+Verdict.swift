extension RuleSet {
    /// What these rules refuse in a manifest, in the order of its lines; empty when they let it pass.
    ///
    /// Only what the manifest says itself is judged: the defaults of rules and of environments are the platform's own word.
    ///
    /// - Parameter manifest: the document as it was written, which its schema has found right.
    package func denials(in manifest: DocumentNode, for release: RuleSubject) -> [RuleDenial] {
        var denials = refused(by: .deny, in: manifest, release)
        var places = Set(denials.map(\.path))
        let locked = locked(in: manifest, release).filter { !places.contains($0.path) }
        denials += locked
        places.formUnion(locked.map(\.path))
        let unapproved = refused(by: .requireApproval, in: manifest, release).filter { !places.contains($0.path) }
        denials += unapproved
        places.formUnion(unapproved.map(\.path))
        denials += notAllowed(in: manifest, release).filter { !places.contains($0.path) }
        return denials.enumerated().sorted {
            ($0.element.line ?? .max, $0.offset) < ($1.element.line ?? .max, $1.offset)
        }.map(\.element)
    }

    private func refused(
        by effect: RuleEffect,
        in manifest: DocumentNode,
        _ release: RuleSubject
    ) -> [RuleDenial] {
        rules(effect, about: release).flatMap { rule in
            rule.path.occurrences(in: manifest, scalars: rule.constraint != nil)
                .filter { occurrence in rule.constraint.map { $0.match(occurrence.value) != .no } ?? true }
                .map { rule.denial(of: $0, next: next(of: rule)) }
        }
    }

    private func next(of rule: Rule) -> String {
        if rule.effect == .requireApproval {
            return "remove it: it needs the approval of \(rule.owner), and this version of builderd cannot record one; "
                + "\(rule.owner) can allow it by changing the rule"
        }
        return rule.constraint == nil
            ? "remove it, or ask \(rule.owner)"
            : "use another value: refused is \(rule.constraint?.words ?? ""); or ask \(rule.owner)"
    }

    private func locked(in manifest: DocumentNode, _ release: RuleSubject) -> [RuleDenial] {
        rules(.lock, about: release).flatMap { rule -> [RuleDenial] in
            let components = LockedPath(path: rule.path.text).components
            var found = rule.path.occurrences(in: manifest, scalars: false)
            if found.isEmpty, manifest.contains(path: components) {
                // Empty or null, but said.
                let place = components.reduce(Optional(manifest)) { $0?[$1] }
                found = [
                    RuleOccurrence(
                        path: rule.path.text,
                        line: place?.line,
                        found: place.map(Excerpt.describe) ?? "a value"
                    )
                ]
            }
            return found.map {
                rule.denial(of: $0, next: "remove it: the manifest may say nothing there; or ask \(rule.owner)")
            }
        }
    }

    /// What stands at a path of allow rules, or among the services, and is allowed by none of them.
    private func notAllowed(in manifest: DocumentNode, _ release: RuleSubject) -> [RuleDenial] {
        let rules = rules(.allow, about: release)
        let byPath = Dictionary(grouping: rules.filter { !$0.path.isAboutServices }, by: \.path)
        let others = byPath.sorted { $0.key.text < $1.key.text }.flatMap { path, rules in
            path.occurrences(in: manifest, scalars: rules.contains { $0.constraint != nil })
                .compactMap { Self.denial(of: $0, unlessAllowedBy: rules) }
        }
        let services = RulePath(RulePath.services).occurrences(in: manifest, scalars: true)
        let covered = rules.filter(\.path.isAboutServices).map { rule in
            (rule: rule, places: Set(rule.path.occurrences(in: manifest, scalars: true).map(\.path)))
        }
        return others
            + services.compactMap { service in
                Self.denial(
                    of: service,
                    unlessAllowedBy: covered.filter { $0.places.contains(service.path) }.map(\.rule)
                )
            }
    }

    private static func denial(of occurrence: RuleOccurrence, unlessAllowedBy rules: [Rule]) -> RuleDenial? {
        let isAllowed = rules.contains { rule in rule.constraint.map { $0.match(occurrence.value) == .yes } ?? true }
        guard !isAllowed else { return nil }
        guard let first = rules.first else {
            return RuleDenial(
                rules: [],
                path: occurrence.path,
                line: occurrence.line,
                found: occurrence.found,
                reason: "services are refused unless a rule allows them",
                owner: "the platform team",
                next: "remove the service, or ask the platform team for a rule that allows it"
            )
        }
        let allowed = rules.compactMap { $0.constraint?.words }.joined(separator: "; or ")
        let owners = rules.map(\.owner).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        var denial = first.denial(
            of: occurrence,
            next: "use what is allowed: \(allowed); or ask \(owners.joined(separator: " or "))"
        )
        denial.rules = rules.map(\.id)
        denial.owner = owners.joined(separator: ", ")
        return denial
    }
}

extension Rule {
    fileprivate func denial(of occurrence: RuleOccurrence, next: String) -> RuleDenial {
        RuleDenial(
            rules: [id],
            path: occurrence.path,
            line: occurrence.line,
            found: occurrence.found,
            reason: reason,
            owner: owner,
            next: next
        )
    }
}
