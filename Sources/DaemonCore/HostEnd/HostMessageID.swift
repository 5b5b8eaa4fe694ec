/// Fixed ids of the lines about the host's end (`journalctl MESSAGE_ID=…`); explained in systemd/builderd.catalog and never reused.
enum HostMessageID {
    /// The metadata key that makes an id the journal's field.
    static let key = "MESSAGE_ID"
    /// EC2 or Auto Scaling has announced that the host ends.
    static let hostEnds = "7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c06"
    /// The hook could not be completed, so the host ends only when it times out.
    static let hookNotCompleted = "7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c07"
    /// Auto Scaling does not hold the host at the hook that the configuration names.
    static let hookNotHeld = "7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c08"
}
