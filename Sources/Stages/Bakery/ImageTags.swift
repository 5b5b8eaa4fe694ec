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
    /// Name of the image: derives from the execution and the task, so that what one attempt left is told from another's by its name
    /// where it was killed before it could tag it, and never stands in another's way.
    let imageName: String
    /// Tags of the image and its snapshots.
    let all: [String: String]

    /// What the names of all images of this execution begin with.
    let namePrefix: String

    /// Name of the encrypted copy, if one is made.
    var encryptedName: String { imageName + Self.encryptedSuffix }

    /// Whether `name` is that of an image, or an encrypted copy, which some attempt of this execution makes. Another execution's name may
    /// begin like this one's, so what follows has to be a task's id.
    func isName(_ name: String?) -> Bool {
        guard var rest = name?[...], rest.hasPrefix(namePrefix) else { return false }
        rest = rest.dropFirst(namePrefix.count)
        if rest.hasSuffix(Self.encryptedSuffix) { rest = rest.dropLast(Self.encryptedSuffix.count) }
        return (1...16).contains(rest.count) && rest.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }

    /// Whether `name` is that of an encrypted copy which some attempt of this execution makes.
    func isEncryptedName(_ name: String?) -> Bool { isName(name) && name?.hasSuffix(Self.encryptedSuffix) == true }

    private static let encryptedSuffix = "-encrypted"
    /// EC2 takes 3 to 128 characters.
    private static let mostCharacters = 128

    /// - Parameter tags: tags that the image and its snapshots have besides.
    init(envelope: Envelope, tags: [String: String] = [:], application: String, taskID: String) {
        execution = envelope.execution
        let room = Self.mostCharacters - Self.encryptedSuffix.count - taskID.utf8.count - 1
        let name = envelope.executionName.utf8.map { byte -> UInt8 in
            byte.isASCIIAlphanumeric || byte == 0x2D || byte == 0x2E || byte == 0x5F ? byte : 0x2D
        }
        namePrefix = String(decoding: name.prefix(room), as: UTF8.self) + "-"
        imageName = namePrefix + taskID
        all = tags.merging(
            [
                "Name": imageName,
                Self.execution: envelope.execution,
                Self.task: taskID,
                Self.application: application,
            ]
        ) { $1 }
    }
}
