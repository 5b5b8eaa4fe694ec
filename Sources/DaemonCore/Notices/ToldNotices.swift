/// The notices that stand and have been handed on.
struct ToldNotices: Sendable {
    private var spot: InstanceNotice?
    private var autoScaling: InstanceNotice?

    /// Whether one stands.
    var isAny: Bool { spot != nil || autoScaling != nil }

    /// What a look found of EC2's; the notice if it is to be told.
    mutating func spot(_ found: InstanceNotice?) -> InstanceNotice? { Self.change(&spot, to: found) }

    /// What a look found of Auto Scaling's; the notice if it is to be told.
    mutating func autoScaling(_ found: InstanceNotice?) -> InstanceNotice? { Self.change(&autoScaling, to: found) }

    private static func change(_ standing: inout InstanceNotice?, to found: InstanceNotice?) -> InstanceNotice? {
        defer { standing = found }
        return found == standing ? nil : found
    }
}
