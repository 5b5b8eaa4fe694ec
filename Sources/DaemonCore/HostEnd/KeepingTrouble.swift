/// Why the hold of a host's end is not renewed; each is said once while it lasts.
enum KeepingTrouble: Sendable, Hashable {
    /// Heartbeats are refused or do not get through.
    case unheard
    /// Auto Scaling does not hold the host at the hook.
    case notHeld
}
