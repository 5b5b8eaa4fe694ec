/// Who may have a connection, and who has to go for it. It knows connections by number alone.
///
/// A connection waits until the whole head of its request has come, and is then being answered. Only one that waits is sent away for
/// another: who says nothing loses to who may have something to say. One user fills no more than a user's part, and where all is taken the
/// user who has the most connections gives one up, so that a flood costs its own sender.
struct ConnectionRoom {
    /// A connection's number.
    typealias Number = UInt64

    /// What becomes of a newcomer.
    enum Verdict: Hashable {
        /// It has a place.
        case admitted
        /// It has the place of this one, which is to be sent away.
        case inPlaceOf(Number)
        /// There is no place: it is to be sent away.
        case refused
    }

    private struct Place {
        var number: Number
        var user: UInt32
        var waits = true
    }

    private let limits: LocalServerLimits
    /// In the order of arrival. A few hundred at most, so they are simply searched.
    private var places: [Place] = []
    /// Answered ones, oldest first.
    private var closing: [Number] = []

    init(_ limits: LocalServerLimits) { self.limits = limits }

    /// How many wait or are being answered.
    var count: Int { places.count }

    /// A connection of `user` has been accepted.
    mutating func enter(_ number: Number, user: UInt32) -> Verdict {
        let own = places.count { $0.user == user }
        let isRoot = user == 0
        let victim: Int?
        if !isRoot, own >= limits.connectionsPerUser {
            victim = oldestWaiting(of: user)
            if victim == nil { return .refused }
        } else if places.count >= limits.connections {
            victim = greediest().flatMap(oldestWaiting)
            if victim == nil, !isRoot || places.count >= limits.connections + limits.rootReserve { return .refused }
        } else {
            victim = nil
        }
        let gone = victim.map { places.remove(at: $0).number }
        places.append(Place(number: number, user: user))
        return gone.map(Verdict.inPlaceOf) ?? .admitted
    }

    /// Its head has come: it is not sent away any more.
    mutating func asked(_ number: Number) {
        guard let index = places.firstIndex(where: { $0.number == number }) else { return }
        places[index].waits = false
    }

    /// It was answered, or sent away, and waits for its client to hang up. Returns the one to be closed at once for it, if any.
    mutating func closes(_ number: Number) -> Number? {
        places.removeAll { $0.number == number }
        closing.append(number)
        return closing.count > limits.closing ? closing.removeFirst() : nil
    }

    /// It is gone.
    mutating func left(_ number: Number) {
        places.removeAll { $0.number == number }
        closing.removeAll { $0 == number }
    }

    private func oldestWaiting(of user: UInt32) -> Int? { places.firstIndex { $0.user == user && $0.waits } }

    /// Of those with a connection that waits, the user with the most connections.
    private func greediest() -> UInt32? {
        var counts: [UInt32: Int] = [:]
        for place in places { counts[place.user, default: 0] += 1 }
        return Set(places.lazy.filter(\.waits).map(\.user)).max { (counts[$0] ?? 0, $0) < (counts[$1] ?? 0, $1) }
    }
}
