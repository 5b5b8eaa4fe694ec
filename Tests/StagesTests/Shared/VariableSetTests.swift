import ActivityWorker
import Pipeline
import Stages
import Testing

struct VariableSetTests {
    private let variables = VariableSet(
        declared: ["application_id", "size", "token"],
        subject: "The module \"web\"",
        failure: .provisionVariableUndeclared
    )

    @Test func `only declared values of the stage's own are given, and all of the manifest's`() throws {
        let values = try variables.values(
            own: ["application_id": "hello", "environment": "demo"].mapValues { .string($0) },
            manifest: ["size": .integer(2)],
            secrets: ["token": "s3cr3t"]
        )
        #expect(values == ["application_id": .string("hello"), "size": .integer(2), "token": .string("s3cr3t")])
    }

    @Test(arguments: [
        (["nope": JSONValue.null], [:], "does not declare nope"),
        ([:], ["hidden": "s3cr3t-value"], "does not declare hidden"),
        (["application_id": .string("other")], [:], "is given application_id by builderd itself"),
        (["token": .string("x")], ["token": "s3cr3t-value"], "both as a variable and as a secret"),
    ])
    func `what the module would ignore, or must not get, is refused by name`(
        manifest: [String: JSONValue],
        secrets: [String: String],
        reason: String
    ) throws {
        let failure = #expect(throws: TaskFailure.self) {
            try variables.values(own: ["application_id": .string("hello")], manifest: manifest, secrets: secrets)
        }
        #expect(failure?.error == "Provision.VariableUndeclared")
        #expect(failure?.message.contains(reason) == true)
        #expect(failure?.next.contains("size, token") == true)
        #expect(!"\(String(describing: failure))".contains("s3cr3t-value"))
    }
}
