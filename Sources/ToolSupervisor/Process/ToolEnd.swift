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
    /// Whether its supervisor began the stop policy by itself, as the lease's deadline had passed.
    package var wasFenced: Bool
    /// Processes it left behind that were ended by SIGKILL after its leader had gone.
    package var killedLeftOvers: Int
    /// Processes it left behind that did not go within 10 s of SIGKILL (uninterruptible sleep).
    package var survivors: [Int32]
    /// Absolute path of its whole standard output, unredacted.
    package var standardOutput: String
    /// Absolute path of its whole standard error, unredacted.
    package var standardError: String

    /// The end on record in `folder`.
    init(_ record: ExitRecord, folder: ToolFolder) {
        status = record.status
        signal = record.signal
        wasStopped = record.stopped
        wasKilled = record.killed
        wasFenced = record.fenced
        killedLeftOvers = record.leftOvers
        survivors = record.survivors
        standardOutput = folder.outputPath
        standardError = folder.errorPath
    }
}
