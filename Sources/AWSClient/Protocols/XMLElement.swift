/// An element of an XML answer: name without prefix, own text, child elements. Attributes are not kept: no answer we read has any.
struct XMLElement: Sendable, Hashable {
    /// Local name.
    var name: String
    /// The element's own character data, entities resolved.
    var text: String
    /// Child elements in document order.
    var children: [XMLElement]

    /// The first child of this name.
    func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    /// The text of the first child of this name.
    func text(_ name: String) -> String? { child(name)?.text }

    /// The members of an EC2 list: the `item` children of the first child of this name.
    func items(_ name: String) -> [XMLElement] { child(name)?.children.filter { $0.name == "item" } ?? [] }

    /// EC2's `tagSet`.
    var tags: [String: String] {
        var tags: [String: String] = [:]
        for item in items("tagSet") {
            if let key = item.text("key") { tags[key] = item.text("value") ?? "" }
        }
        return tags
    }

    /// The first child of this name.
    ///
    /// - Throws: `AnswerProblem` when there is none.
    func required(_ name: String) throws(AnswerProblem) -> XMLElement {
        guard let child = child(name) else { throw AnswerProblem("the answer's <\(self.name)> has no <\(name)>") }
        return child
    }

    /// The text, not empty, of the first child of this name.
    ///
    /// - Throws: `AnswerProblem` when there is none.
    func requiredText(_ name: String) throws(AnswerProblem) -> String {
        let text = try required(name).text
        guard !text.isEmpty else { throw AnswerProblem("the answer's <\(name)> is empty") }
        return text
    }
}
