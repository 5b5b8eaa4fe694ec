/// One profile, joined from the configuration and the credentials file; the credentials file wins property by property.
struct SharedProfile: Sendable, Hashable {
    /// Its name.
    let name: String
    /// Its properties by lower-case name.
    var properties: [String: ConfigProperty]

    /// A property's value; an empty one counts as unset.
    subscript(_ name: String) -> String? {
        properties[name].flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    /// Where the property, or else the profile's first line, stands.
    func place(of name: String) -> String {
        properties[name]?.place ?? properties.values.min { $0.line < $1.line }?.place ?? "profile \(self.name)"
    }
}
