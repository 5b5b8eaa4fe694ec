import Glibc
import Testing

@testable import DaemonCore

@Suite struct SocketOwnerTests {
    @Test func `the unit's user gives to its own groups and to those that the unit adds`() throws {
        let games = try #require(UserAccount.named("games"))
        let plain = SocketOwner.service(ServiceUnit(properties: "LoadState=loaded\nUser=games\nGroup=\n"))
        #expect(plain.name == "games" && plain.mayGive(to: games.group) && !plain.mayGive(to: 1))
        let more = SocketOwner.service(
            ServiceUnit(properties: "LoadState=loaded\nUser=games\nGroup=tty\nSupplementaryGroups=daemon 4711\n")
        )
        for group: UInt32 in [5, 1, 4711] { #expect(more.mayGive(to: group)) }
        #expect(!more.mayGive(to: 2))
        let root = SocketOwner.service(ServiceUnit(properties: "LoadState=loaded\nUser=\n"))
        #expect(root.name == "root" && root.mayGive(to: 12345))
    }

    @Test func `where the unit's user is not there it is this process`() {
        let unit = ServiceUnit(properties: "LoadState=loaded\nUser=no-such-user\n")
        #expect(SocketOwner.service(unit) == .process)
        #expect(SocketOwner.process.mayGive(to: getegid()))
    }
}
