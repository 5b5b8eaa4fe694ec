import FoundationEssentials

/// Credentials as `RefreshingCredentials` holds them: with the times at which it does something about them.
struct HeldCredentials: Sendable {
    /// What is signed with.
    var credentials: Credentials
    /// Whether they are kept past their expiration when no newer ones can be had.
    var outlivesExpiration: Bool
    /// Until when they are handed out without waiting for newer ones; `nil` for ever.
    var goodUntil: Date?
    /// From when newer ones are asked for; `nil` never.
    var refreshAt: Date?
    /// Whether `goodUntil` is later than the service said.
    var isExtended = false

    /// Seconds before expiration at which newer ones are asked for, and by which expired ones are extended: 10 to 15 minutes,
    /// so that a fleet does not ask in the same second.
    static func leadSeconds(_ random: Double) -> Double { 600 + 300 * random }

    /// Seconds until a refresh that failed in good time is tried again: 30 s to 60 s.
    static func retrySeconds(_ random: Double) -> Double { 30 + 30 * random }

    /// Fresh credentials: asked for again 10 to 15 minutes before they expire, or at half their life if they live shorter than
    /// twice that.
    init(_ credentials: Credentials, outlivesExpiration: Bool, now: Date, random: Double) {
        self.credentials = credentials
        self.outlivesExpiration = outlivesExpiration
        goodUntil = credentials.expiration
        if let expiration = credentials.expiration {
            let life = expiration.timeIntervalSince(now)
            refreshAt = expiration.addingTimeInterval(-min(Self.leadSeconds(random), life / 2))
        }
    }

    /// The same, good for another 10 to 15 minutes whatever they say.
    mutating func extend(now: Date, random: Double) {
        let until = now.addingTimeInterval(Self.leadSeconds(random))
        goodUntil = until
        refreshAt = until
        isExtended = true
    }

    /// Whether they may be handed out.
    func isGood(_ now: Date) -> Bool { goodUntil.map { now < $0 } ?? true }

    /// Whether newer ones should be asked for.
    func isDue(_ now: Date) -> Bool { refreshAt.map { now >= $0 } ?? false }
}
