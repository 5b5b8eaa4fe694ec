/// Fixed ids of the lines about the host's end (`journalctl MESSAGE_ID=…`); explained in systemd/builderd.catalog and never reused.
enum HostMessageID {
    /// The metadata key that makes an id the journal's field.
    static let key = "MESSAGE_ID"
    static let hostEnds = "7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c06"
    static let hookNotCompleted = "7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c07"
}
