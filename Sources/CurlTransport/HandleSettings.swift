/// The options of an easy handle that change between exchanges, as they were last set.
struct HandleSettings {
    /// How libcurl is told the method: it has an option of its own for some.
    enum Method: Hashable {
        case get
        case head
        /// `POST` or another method with a body; `nil` stands for `POST`.
        case upload(String?)
        /// Another method without a body.
        case custom(String)

        init(_ name: String, hasBody: Bool) {
            switch name {
            case "GET" where !hasBody: self = .get
            case "HEAD": self = .head
            case "POST": self = .upload(nil)
            case _ where hasBody || name == "PUT" || name == "PATCH": self = .upload(name)
            default: self = .custom(name)
            }
        }

        var sendsBody: Bool { if case .upload = self { true } else { false } }

        /// What goes on the request line when libcurl's own word would not do.
        var word: String? {
            switch self {
            case .get, .head: nil
            case .upload(let name): name
            case .custom(let name): name
            }
        }
    }

    var url: String?
    var method = Method.get
    var proxy = ""
    var unixSocket: String?
    var connectMilliseconds = -1
}
