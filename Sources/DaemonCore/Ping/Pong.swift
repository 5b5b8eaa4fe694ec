/// The answer to a ping.
package struct Pong: Codable, Sendable, Hashable {
    /// The stage that was asked.
    package var stage: String
    /// The worker that answered.
    package var worker: String
    /// Its version of builderd.
    package var version: String
    /// The execution's ARN.
    package var execution: String
    /// From the start of the execution to the answer, as seen here.
    package var seconds: Double
}
