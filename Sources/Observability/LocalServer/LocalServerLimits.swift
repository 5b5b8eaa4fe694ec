/// What the clients of a Unix socket may take, together and each.
package struct LocalServerLimits: Sendable, Hashable {
    /// Most connections at a time that wait to ask or to be answered. Default 256.
    package var connections = 256
    /// Most of them of one user; the others stay free for everybody else. Root may have all of them. Default 192.
    package var connectionsPerUser = 192
    /// What root may have above `connections` when all of those are being answered. Default 16.
    package var rootReserve = 16
    /// Most answered connections that wait for their clients to hang up; the oldest makes room. Default 192, so that two sockets stay
    /// below the usual limit of 1024 descriptors.
    package var closing = 192
    /// Most bytes of a request. Default 8 KiB.
    package var requestBytes = 8 * 1024
    /// Most bytes beyond a request that are taken and thrown away, for the client to come to read its answer. Default 256 KiB.
    package var surplusBytes = 256 * 1024
    /// From accepting a connection to its last byte of the request's head. Default 5 s.
    package var headDeadline = Duration.seconds(5)
    /// From the head to the last byte that the client takes of the answer. Default 5 s.
    package var answerDeadline = Duration.seconds(5)
    /// From the answer to the client's hanging up. Default 1 s.
    package var closeDeadline = Duration.seconds(1)
    /// How many connections the kernel keeps until they are accepted; it allows no more than net.core.somaxconn. Default 4096.
    package var backlog: Int32 = 4096

    /// The defaults.
    package init() {}
}
