/// How a tool ended.
package struct ToolEnd: Sendable, Hashable {
    /// Exit status when it exited by itself.
    package var status: Int32?
    /// Signal number when a signal ended it.
    package var signal: Int32?
    /// Whether the stop policy was begun: SIGTERM was sent to the leader.
    package var wasStopped: Bool
    /// Whether the hard deadline passed and SIGKILL was sent.
    package var wasKilled: Bool
    /// Processes it left behind that were ended by SIGKILL after its leader had gone.
    package var killedLeftOvers: Int
    /// Processes it left behind that did not go within 10 s of SIGKILL (uninterruptible sleep).
    package var survivors: [Int32]
    /// Absolute path of its whole standard output, unredacted.
    package var standardOutput: String
    /// Absolute path of its whole standard error, unredacted.
    package var standardError: String
}
