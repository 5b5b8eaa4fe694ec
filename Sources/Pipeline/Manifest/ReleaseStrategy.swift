/// How traffic moves to the new version.
package enum ReleaseStrategy: String, Sendable, Hashable, Codable, CaseIterable {
    /// The new version takes over in one step.
    case allAtOnce = "all-at-once"
    /// Traffic shifts in steps from the old stack to the new one.
    case blueGreen = "blue-green"
}
