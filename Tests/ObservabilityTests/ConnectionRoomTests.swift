import Testing

@testable import Observability

@Suite("Who may have a connection")
struct ConnectionRoomTests {
    private static let limits: LocalServerLimits = {
        var limits = LocalServerLimits()
        (limits.connections, limits.connectionsPerUser, limits.rootReserve, limits.closing) = (6, 4, 2, 2)
        return limits
    }()

    private var room = ConnectionRoom(Self.limits)

    @Test("A user beyond their part loses the connection that has said nothing for longest")
    mutating func part() {
        for number in 0..<4 { #expect(room.enter(UInt64(number), user: 7) == .admitted) }
        room.asked(0)
        #expect(room.enter(4, user: 7) == .inPlaceOf(1))
        #expect(room.enter(5, user: 7) == .inPlaceOf(2))
        #expect(room.enter(6, user: 8) == .admitted)
        #expect(room.count == 5)
    }

    @Test("A user all of whose connections are being answered is refused one more, and another user is not")
    mutating func busyUser() {
        for number in 0..<4 {
            #expect(room.enter(UInt64(number), user: 7) == .admitted)
            room.asked(UInt64(number))
        }
        #expect(room.enter(4, user: 7) == .refused)
        #expect(room.enter(5, user: 8) == .admitted)
        #expect(room.closes(0) == nil)
        #expect(room.enter(6, user: 7) == .admitted)
    }

    @Test("Where all is taken the user with the most connections gives one up, whoever came first")
    mutating func greediest() {
        for (number, user) in [8, 8, 7, 7, 7, 7].enumerated() {
            #expect(room.enter(UInt64(number), user: UInt32(user)) == .admitted)
        }
        #expect(room.enter(6, user: 9) == .inPlaceOf(2))
        // Three each of user 7 and two of 8, and one of 9.
        #expect(room.enter(7, user: 0) == .inPlaceOf(3))
        for number in [4, 5] { room.asked(UInt64(number)) }
        #expect(room.enter(8, user: 9) == .inPlaceOf(0))
    }

    @Test("Root has all places, loses its own to others, and has some above them where all are being answered")
    mutating func root() {
        for number in 0..<6 { #expect(room.enter(UInt64(number), user: 0) == .admitted) }
        #expect(room.enter(6, user: 7) == .inPlaceOf(0))
        #expect(room.enter(7, user: 0) == .inPlaceOf(1))
        for number in 2..<8 { room.asked(UInt64(number)) }
        #expect(room.enter(8, user: 7) == .refused)
        for number in [9, 10] {
            #expect(room.enter(UInt64(number), user: 0) == .admitted)
            room.asked(UInt64(number))
        }
        #expect(room.enter(11, user: 0) == .refused)
    }

    @Test("Answered connections take no place, and the oldest of too many is closed; one that is gone counts nowhere")
    mutating func closing() {
        for number in 0..<4 { _ = room.enter(UInt64(number), user: 7) }
        #expect(room.closes(0) == nil)
        #expect(room.closes(1) == nil)
        #expect(room.count == 2)
        #expect(room.closes(2) == 0)
        room.left(1)
        #expect(room.closes(3) == nil)
        #expect(room.count == 0)
    }
}
