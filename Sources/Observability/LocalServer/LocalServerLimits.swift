/// What one client of a Unix socket may take.
package struct LocalServerLimits: Sendable, Hashable {
    /// Most connections at a time; one more is answered 503 and closed. Default 64.
    package var connections = 64
    /// Most bytes of a request. Default 8 KiB.
    package var requestBytes = 8 * 1024
    /// From accepting a connection to its last byte of the request's head. Default 5 s.
    package var headDeadline = Duration.seconds(5)
    /// From the head to the last byte that the client takes of the answer. Default 5 s.
    package var answerDeadline = Duration.seconds(5)

    /// The defaults.
    package init() {}
}
