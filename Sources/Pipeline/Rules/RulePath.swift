/// A place in the manifest that a rule is about, with all beneath it.
///
/// Keys are joined by dots. A path that leads through a list is about each element of it: `spec.secrets.parameter` is the parameter of
/// every secret. `spec.services.<type>` is the access that is asked to services of that type, `spec.services` to those of any type.
package struct RulePath: Sendable, Hashable {
    /// The path as it was written.
    package let text: String

    /// A path of this text, which `target()` checks.
    package init(_ text: String) { self.text = text }

    /// Where services stand.
    static let services = "spec.services"

    /// The parts between the dots. The type of a service is one part, though it may have dots.
    package var components: [String] {
        if let type = serviceType { return ["spec", "services", type] }
        return text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }

    /// Whether it is about services.
    package var isAboutServices: Bool { text == Self.services || serviceType != nil }

    /// The type of service that it is about; `nil` when it is about all of them, or none.
    package var serviceType: String? {
        text.hasPrefix(Self.services + ".") ? String(text.dropFirst(Self.services.count + 1)) : nil
    }

    /// What a path leads to in the manifest's schema.
    struct Target {
        /// What may stand there.
        var schema: ClosedSchema
        /// Whether a manifest may leave it out.
        var isOptional = false
        /// Whether the path leads through a list, so that it may be many places.
        var isInList = false
        /// Whether it lies among keys of the author's choice, where null is a value like others.
        var isOpen = false
    }

    /// Why a path leads nowhere.
    struct Astray: Error {
        /// The part that is not there.
        var component: String
        /// What may stand in its place; empty where nothing has a name.
        var names: [String]
    }

    /// What it leads to.
    func target() throws(Astray) -> Target {
        if let type = serviceType {
            // As fields of an element they would be rules about services of that type, which there are none of.
            guard TextRule.catalogueName.matches(type), type != "type", type != "access" else {
                throw Astray(component: type, names: [])
            }
            return Target(schema: .text(.catalogueName), isOptional: true, isInList: true)
        }
        var target = Target(schema: ApplicationManifest.schema)
        for component in components {
            if case .list(let element, _, _, _) = target.schema {
                target.schema = element
                target.isInList = true
            }
            switch target.schema {
            case .object(let fields):
                guard let field = fields.first(where: { $0.name == component }) else {
                    throw Astray(component: component, names: fields.map(\.name))
                }
                target.schema = field.schema
                target.isOptional = target.isOptional || !field.isRequired
            case .map(let key, let value):
                guard key.matches(component) else { throw Astray(component: component, names: []) }
                target.schema = value
                (target.isOptional, target.isOpen) = (true, true)
            case .anything where !component.isEmpty:
                target.isOpen = true
            case .anything, .text, .whole, .wholeOf, .flag, .list, .textOr:
                throw Astray(component: component, names: [])
            }
        }
        return target
    }
}

extension RulePath: Decodable {
    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }
}
