/// Parameter Store tier.
package enum ParameterTier: String, Sendable, Hashable, Codable {
    /// Up to 4 KiB, free.
    case standard = "Standard"
    /// Up to 8 KiB, charged.
    case advanced = "Advanced"
    /// Standard when it fits, else advanced.
    case intelligent = "Intelligent-Tiering"
}
