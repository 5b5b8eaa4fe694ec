import NIOCore
import Synchronization

/// The open connections of one server, and their places.
///
/// Channels are told what becomes of them by events outside of the lock.
final class OpenConnections: Sendable {
    private struct State {
        var room: ConnectionRoom
        var channels: [ConnectionRoom.Number: any Channel] = [:]
        var next: ConnectionRoom.Number = 0
    }

    private let state: Mutex<State>

    init(_ limits: LocalServerLimits) { state = Mutex(State(room: ConnectionRoom(limits))) }

    /// A connection of `user` has come: its number, and whether it has a place. Another may have to go for it.
    func enter(_ channel: any Channel, user: UInt32) -> (number: ConnectionRoom.Number, isAdmitted: Bool) {
        let (number, verdict, victim) = state.withLock { state in
            let number = state.next
            state.next += 1
            state.channels[number] = channel
            let verdict = state.room.enter(number, user: user)
            guard case .inPlaceOf(let other) = verdict else { return (number, verdict, nil as (any Channel)?) }
            return (number, verdict, state.channels[other])
        }
        victim?.pipeline.fireUserInboundEventTriggered(ConnectionEvent.displaced)
        channel.closeFuture.whenComplete { _ in self.left(number) }
        return (number, verdict != .refused)
    }

    /// The head of its request has come.
    func asked(_ number: ConnectionRoom.Number) { state.withLock { $0.room.asked(number) } }

    /// It was answered.
    func closes(_ number: ConnectionRoom.Number) {
        let oldest = state.withLock { state in state.room.closes(number).flatMap { state.channels[$0] } }
        oldest?.close(promise: nil)
    }

    private func left(_ number: ConnectionRoom.Number) {
        state.withLock { state in
            state.room.left(number)
            state.channels[number] = nil
        }
    }
}

/// What a connection is told beside what its client sends.
enum ConnectionEvent: Sendable {
    /// Another has its place.
    case displaced
    /// The client has sent more than a request may have.
    case tooLarge
}
