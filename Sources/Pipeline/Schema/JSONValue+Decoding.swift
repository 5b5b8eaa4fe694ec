import FoundationEssentials

extension JSONValue {
    /// This value, which a schema has found right, as a type of the pipeline.
    ///
    /// - Throws: `DocumentProblems` where schema and type disagree, which is a defect of builderd and is said to be one.
    func decoded<Value: Decodable>(as type: Value.Type, document: String) throws(DocumentProblems) -> Value {
        do {
            return try JSONDecoder().decode(type, from: JSONEncoder().encode(self))
        } catch {
            throw DocumentProblems(
                document: document,
                DocumentProblem(
                    path: DocumentProblem.wholeDocument,
                    found: "a document that the schema allows and \(type) does not take (\(error))",
                    allowed: "what \(type) takes",
                    fix: "report this as a defect of builderd"
                )
            )
        }
    }
}
