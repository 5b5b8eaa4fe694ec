import Pipeline

/// Names and tags by which an image leads back to its execution, and by which a later attempt finds it.
struct ImageTags: Sendable, Hashable {
    /// Tag with the execution's ARN; Packer sets it on everything it makes.
    static let execution = "builderd:execution"
    /// Tag with the task's id.
    static let task = "builderd:task"
    /// Tag with the application.
    static let application = "builderd:application"
    /// Tag with the execution's ARN that this stage sets once Packer has ended well: only such an image is adopted. One that a
    /// failed or killed build left behind may lack what a provisioner or a check of the template's was to do.
    static let complete = "builderd:complete"

    /// The execution's ARN.
    let execution: String
    /// Name of the image: derives from the execution alone, so that every attempt has the same.
    let imageName: String
    /// Tags of the image and its snapshots.
    let all: [String: String]

    /// Name of the encrypted copy, if one is made.
    var encryptedName: String { imageName + Self.encryptedSuffix }

    private static let encryptedSuffix = "-encrypted"
    /// EC2 takes 3 to 128 characters.
    private static let mostCharacters = 128

    init(envelope: Envelope, head: SectionHead, taskID: String) {
        execution = envelope.execution
        let room = Self.mostCharacters - Self.encryptedSuffix.count
        let name = envelope.executionName.utf8.map { byte -> UInt8 in
            byte.isASCIIAlphanumeric || byte == 0x2D || byte == 0x2E || byte == 0x5F ? byte : 0x2D
        }
        imageName = String(decoding: name.prefix(room), as: UTF8.self)
        all = head.tags.merging(
            [
                "Name": imageName,
                Self.execution: envelope.execution,
                Self.task: taskID,
                Self.application: head.applicationId,
            ]
        ) { $1 }
    }
}
