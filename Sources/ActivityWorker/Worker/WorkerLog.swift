/// Metadata keys of the journal's fields.
enum LogKey {
    static let stage = "BUILDERD_STAGE"
    static let execution = "BUILDERD_EXECUTION"
    static let application = "BUILDERD_APPLICATION"
    static let task = "BUILDERD_TASK"
    static let step = "BUILDERD_STEP"
    /// Short hash of the token, the name of the claim's folder. Never the token.
    static let claim = "BUILDERD_CLAIM"
    static let messageID = "MESSAGE_ID"
}

/// Fixed ids of the lines that tools search for (`journalctl MESSAGE_ID=…`); explained in systemd/builderd.catalog and never reused.
enum MessageID {
    static let claimed = "7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c01"
    static let reported = "7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c02"
    static let leaseLost = "7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c03"
    static let adopted = "7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c04"
    static let handedOver = "7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c05"
}
