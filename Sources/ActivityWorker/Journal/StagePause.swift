/// An operator's word that a stage is not to be polled for now.
package struct StagePause: Sendable, Hashable, Codable {
    /// The stage's name.
    package var stage: String
    /// Who asked for it.
    package var by: String
    /// When, milliseconds since 1970.
    package var sinceMilliseconds: Int64

    /// A pause of these parts.
    package init(stage: String, by: String, sinceMilliseconds: Int64) {
        self.stage = stage
        self.by = by
        self.sinceMilliseconds = sinceMilliseconds
    }
}
