/// What a Unix socket's server asks for each request that it has taken.
package protocol LocalService: Sendable {
    /// The answer to `request`. The connection's task: cancelled when the client goes or the answer takes too long.
    func answer(_ request: LocalRequest) async -> LocalResponse
}
