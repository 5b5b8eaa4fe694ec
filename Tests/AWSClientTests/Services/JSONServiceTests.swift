import CurlTransport
import FoundationEssentials
import Testing

@testable import AWSClient

@Suite struct JSONServiceTests {
    private func body(_ stand: ClientStand, _ index: Int = 0) -> String {
        String(decoding: stand.requests[index].body, as: UTF8.self)
    }

    @Test("a parameter is written as a SecureString, and tags go without overwrite")
    func putParameter() async throws {
        let stand = ClientStand([.json(#"{"Version":3,"Tier":"Standard"}"#)])
        let client = SSMClient(stand.configuration(), environment: stand.environment)
        let version = try await client.putParameter(
            name: "/a",
            value: "v",
            keyID: "k",
            tier: .advanced,
            tags: ["b": "2", "a": "1"]
        )
        #expect(version == 3)
        let sent = try JSONDecoder().decode(PutParameter.self, from: Data(stand.requests[0].body))
        #expect(
            sent
                == PutParameter(
                    Name: "/a",
                    Value: "v",
                    Type: "SecureString",
                    KeyId: "k",
                    Overwrite: false,
                    Tier: "Advanced",
                    Tags: [AWSTag(Key: "a", Value: "1"), AWSTag(Key: "b", Value: "2")]
                )
        )
        #expect(stand.requests[0].header("X-Amz-Target") == "AmazonSSM.PutParameter")
        #expect(stand.requests[0].header("Content-Type") == "application/x-amz-json-1.1")
        _ = try await client.putParameter(name: "/a", value: "v", overwrite: true)
        #expect(!body(stand, 1).contains("Tags") && !body(stand, 1).contains("KeyId"))
    }

    private struct PutParameter: Codable, Equatable {
        var Name: String
        var Value: String
        var `Type`: String
        var KeyId: String?
        var Overwrite: Bool
        var Tier: String
        var Tags: [AWSTag]?
    }

    @Test("a parameter is read by version, and prints without its value")
    func getParameter() async throws {
        let stand = ClientStand([
            .json(#"{"Parameter":{"Name":"/a","Value":"secret","Version":2,"Type":"SecureString"}}"#)
        ])
        let parameter = try await SSMClient(stand.configuration(), environment: stand.environment).getParameter(
            name: "/a",
            version: 2
        )
        #expect(parameter.value == "secret" && parameter.version == 2)
        #expect("\(parameter)" == "/a:2" && !String(reflecting: parameter).contains("secret"))
        #expect(body(stand).contains(#""Name":"\/a:2""#) || body(stand).contains(#""Name":"/a:2""#))
    }

    @Test(
        "attribute values go out and come back",
        arguments: [
            AttributeValue.string("s"), .number("1.5"), .number(7), .binary(Data([1, 2])), .bool(true), .null,
            .list([.null, "x"]), .map(["a": .map(["b": .bool(false)])]), .stringSet(["a"]), .numberSet(["1"]),
            .binarySet([Data([3])]),
        ]
    )
    func attributeValues(value: AttributeValue) throws {
        #expect(try JSONDecoder().decode(AttributeValue.self, from: JSONEncoder().encode(value)) == value)
    }

    @Test("an item is put under a condition, and a missing one reads as nil")
    func items() async throws {
        let stand = ClientStand([.json("{}")])
        let client = DynamoDBClient(stand.configuration(), environment: stand.environment)
        try await client.putItem(table: "t", item: ["pk": "a"], condition: "attribute_not_exists(pk)")
        #expect(try await client.getItem(table: "t", key: ["pk": "a"]) == nil)
        try await client.updateItem(
            table: "t",
            key: ["pk": "a"],
            update: "SET #s = :s",
            names: ["#s": "s"],
            values: [":s": .number(1)]
        )
        #expect(body(stand).contains("attribute_not_exists(pk)") && !body(stand).contains("ExpressionAttribute"))
        #expect(body(stand, 1).contains(#""ConsistentRead":true"#))
        #expect(body(stand, 2).contains(#""ExpressionAttributeValues":{":s":{"N":"1"}}"#))
    }

    @Test("an empty 200 is done only where the service's request id says who answered")
    func emptyAnswer() async throws {
        let stand = ClientStand([.json("")])
        let client = CloudWatchLogsClient(stand.configuration(), environment: stand.environment)
        try await client.createLogGroup(name: "g", kmsKeyID: "k", tags: ["a": "b"])
        stand.answer([.response(HTTPResponse(status: 200))])
        let error = await awsError { () async throws(AWSError) in
            try await client.putRetentionPolicy(name: "g", days: 30)
        }
        #expect(error?.code == .malformedAnswer)
        #expect(body(stand, 1).contains(#""retentionInDays":30"#))
        stand.answer([.json("")])
        stand.forget()
        try await client.associateKMSKey(name: "g", kmsKeyID: "arn:k")
        #expect(stand.requests[0].header("X-Amz-Target") == "Logs_20140328.AssociateKmsKey")
        let sent = try JSONDecoder().decode([String: String].self, from: Data(stand.requests[0].body))
        #expect(sent == ["logGroupName": "g", "kmsKeyId": "arn:k"])
    }

    @Test("log groups, page by page, and keys are read")
    func others() async throws {
        let stand = ClientStand([
            .json(#"{"logGroups":[{"logGroupName":"g","retentionInDays":7}],"nextToken":"n"}"#),
            .json(#"{"logGroups":[]}"#),
            .json(
                #"{"KeyMetadata":{"KeyId":"1","Arn":"arn:1","Enabled":true,"KeyState":"Enabled","CreationDate":1.5}}"#
            ),
            .json(#"{"CiphertextBlob":"AAAA","KeyId":"arn:1"}"#), .json(#"{"Policy":"{}","PolicyName":"default"}"#),
        ])
        let logs = CloudWatchLogsClient(stand.configuration(), environment: stand.environment)
        let groups = try await logs.describeLogGroups(prefix: "/p")
        #expect(groups.map(\.name) == ["g"] && groups[0].retentionDays == 7)
        #expect(body(stand, 1).contains(#""nextToken":"n""#))
        let kms = KMSClient(stand.configuration(), environment: stand.environment)
        #expect(try await kms.describeKey(keyID: "alias/x").arn == "arn:1")
        try await kms.generateDataKeyWithoutPlaintext(keyID: "arn:1")
        #expect(body(stand, 3).contains(#""KeySpec":"AES_256""#))
        #expect(try await kms.getKeyPolicy(keyID: "1") == "{}")
        #expect(body(stand, 4).contains(#""PolicyName":"default""#))
    }

    @Test("a query sends its page's start, reads consistently and returns where the next page begins")
    func query() async throws {
        let stand = ClientStand([
            .json(#"{"Items":[{"pk":{"S":"a"},"n":{"N":"4"}}],"Count":1,"LastEvaluatedKey":{"pk":{"S":"a"}}}"#),
            .json(#"{"Items":[],"Count":0}"#),
        ])
        let client = DynamoDBClient(stand.configuration(), environment: stand.environment)
        let first = try await client.query(table: "t", keyCondition: "pk = :pk", values: [":pk": "a"])
        #expect(first.items == [["pk": "a", "n": .number(4)]] && first.items[0]["n"]?.wholeValue == 4)
        let last = try await client.query(
            table: "t",
            keyCondition: "pk = :pk",
            filter: "#e = :e",
            names: ["#e": "environment"],
            values: [":pk": "a", ":e": "dev"],
            startingAfter: first.next
        )
        #expect(last == ItemPage(items: [], next: nil))
        #expect(stand.requests[0].header("X-Amz-Target") == "DynamoDB_20120810.Query")
        #expect(body(stand).contains(#""ConsistentRead":true"#) && !body(stand).contains("ExclusiveStartKey"))
        #expect(!body(stand).contains("FilterExpression") && !body(stand).contains("ExpressionAttributeNames"))
        #expect(body(stand, 1).contains(#""ExclusiveStartKey":{"pk":{"S":"a"}}"#))
    }
}
