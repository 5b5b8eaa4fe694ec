import CurlTransport
import FoundationEssentials
import Testing

@testable import AWSClient

/// The operations on what a build of an image runs with, as EC2 spells them; `AWSMotoTests` and the tests of Bakery ask an emulator.
@Suite struct EC2BuildTests {
    private func stand(_ bodies: String...) -> ClientStand {
        ClientStand(bodies.map { .response(HTTPResponse(status: 200, body: Array($0.utf8))) })
    }

    private func ec2(_ stand: ClientStand) -> EC2Client {
        EC2Client(stand.configuration(), environment: stand.environment)
    }

    private func form(_ request: HTTPRequest) -> [String] {
        String(decoding: request.body, as: UTF8.self).split(separator: "&").map(String.init)
    }

    @Test("instances are read out of their reservations, page by page")
    func instances() async throws {
        let stand = stand(
            """
            <DescribeInstancesResponse><reservationSet><item><groupSet/><instancesSet><item><instanceId>i-1</instanceId>
            <instanceState><code>16</code><name>running</name></instanceState><keyName>packer_1</keyName><groupSet><item>
            <groupId>sg-1</groupId><groupName>g</groupName></item></groupSet><tagSet><item><key>k</key><value>v</value></item></tagSet>
            </item><item><instanceId>i-2</instanceId><instanceState><name>terminated</name></instanceState></item></instancesSet></item>
            </reservationSet><nextToken>two</nextToken></DescribeInstancesResponse>
            """,
            "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>"
        )
        let found = try await ec2(stand).describeInstances(filters: [EC2Filter("tag:builderd:task", ["t"])])
        #expect(found.map(\.instanceID) == ["i-1", "i-2"] && found.map(\.state) == ["running", "terminated"])
        #expect(found[0].keyName == "packer_1" && found[0].groupIDs == ["sg-1"] && found[0].tags == ["k": "v"])
        #expect(found[1].keyName == nil && found[1].groupIDs.isEmpty)
        #expect(
            Array(form(stand.requests[0]).dropFirst(2)) == [
                "Filter.1.Name=tag%3Abuilderd%3Atask", "Filter.1.Value.1=t", "MaxResults=1000",
            ]
        )
        #expect(form(stand.requests[1]).last == "NextToken=two")
    }

    @Test("key pairs and security groups are read; key pairs have no pages")
    func keysAndGroups() async throws {
        let stand = stand(
            "<DescribeKeyPairsResponse><keySet><item><keyName>packer_1</keyName></item></keySet></DescribeKeyPairsResponse>",
            """
            <DescribeSecurityGroupsResponse><securityGroupInfo><item><groupId>sg-1</groupId><groupName>packer_2</groupName>
            <groupDescription>Temporary group for Packer</groupDescription></item></securityGroupInfo></DescribeSecurityGroupsResponse>
            """
        )
        let client = ec2(stand)
        #expect(try await client.describeKeyPairs(filters: []).map(\.name) == ["packer_1"])
        #expect(form(stand.requests[0]) == ["Action=DescribeKeyPairs", "Version=2016-11-15"])
        let group = try #require(try await client.describeSecurityGroups(filters: []).first)
        #expect(group.groupID == "sg-1" && group.name == "packer_2")
        #expect(group.description == "Temporary group for Packer")
    }

    @Test("what is taken away is named as EC2 wants it")
    func removals() async throws {
        let stand = stand(
            "<TerminateInstancesResponse><instancesSet/></TerminateInstancesResponse>",
            "<DeleteKeyPairResponse><return>true</return></DeleteKeyPairResponse>",
            "<DeleteSecurityGroupResponse><return>true</return></DeleteSecurityGroupResponse>"
        )
        let client = ec2(stand)
        try await client.terminateInstances(instanceIDs: ["i-1", "i-2"])
        try await client.deleteKeyPair(name: "packer_1")
        try await client.deleteSecurityGroup(groupID: "sg-1")
        #expect(
            stand.requests.map { Array(form($0).dropFirst(2)) } == [
                ["InstanceId.1=i-1", "InstanceId.2=i-2"], ["KeyName=packer_1"], ["GroupId=sg-1"],
            ]
        )
    }
}
