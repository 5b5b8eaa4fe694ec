/// A filter of a Describe operation: any of the values.
package struct EC2Filter: Sendable, Hashable {
    /// Filter name, for example `tag:builderd:execution` or `state`.
    package var name: String
    /// Values, at most 200; `*` and `?` are wildcards.
    package var values: [String]

    /// A filter of this name and values.
    package init(_ name: String, _ values: [String]) {
        self.name = name
        self.values = values
    }
}
