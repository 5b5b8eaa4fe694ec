import CurlTransport
import FoundationEssentials
import Testing

@testable import AWSClient

@Suite struct QueryServiceTests {
    private func stand(_ bodies: String...) -> ClientStand {
        ClientStand(bodies.map { .response(HTTPResponse(status: 200, body: Array($0.utf8))) })
    }

    private func form(_ request: HTTPRequest) -> [String] {
        String(decoding: request.body, as: UTF8.self).split(separator: "&").map(String.init)
    }

    private func ec2(_ stand: ClientStand) -> EC2Client {
        EC2Client(stand.configuration(), environment: stand.environment)
    }
    private func sts(_ stand: ClientStand) -> STSClient {
        STSClient(stand.configuration(), environment: stand.environment)
    }

    @Test("images are read, page by page")
    func images() async throws {
        let stand = stand(
            """
            <DescribeImagesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><imagesSet><item>
            <imageId>ami-1</imageId><imageState>available</imageState><name>n &amp; m</name><imageOwnerId>1</imageOwnerId>
            <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><snapshotId>snap-1</snapshotId>
            <volumeSize>8</volumeSize><encrypted>true</encrypted></ebs></item><item><deviceName>/dev/sdb</deviceName>
            <virtualName>ephemeral0</virtualName></item></blockDeviceMapping>
            <tagSet><item><key>k</key><value>v</value></item></tagSet></item></imagesSet><nextToken>two</nextToken>
            </DescribeImagesResponse>
            """,
            """
            <DescribeImagesResponse><imagesSet><item><imageId>ami-2</imageId><imageState>failed</imageState>
            <stateReason><message>why</message></stateReason></item></imagesSet></DescribeImagesResponse>
            """
        )
        let images = try await ec2(stand).describeImages(owners: ["self"], filters: [EC2Filter("tag:a", ["b", "c"])])
        #expect(images.map(\.imageID) == ["ami-1", "ami-2"])
        #expect(images[0].isEncrypted && images[0].volumes.count == 1 && images[0].volumes[0].snapshotID == "snap-1")
        #expect(images[0].volumes[0].sizeGiB == 8 && images[0].tags == ["k": "v"] && images[0].name == "n & m")
        #expect(!images[1].isEncrypted && images[1].stateReason == "why")
        #expect(
            form(stand.requests[0]) == [
                "Action=DescribeImages", "Version=2016-11-15", "Owner.1=self", "Filter.1.Name=tag%3Aa",
                "Filter.1.Value.1=b",
                "Filter.1.Value.2=c", "MaxResults=1000",
            ]
        )
        #expect(form(stand.requests[1]).last == "NextToken=two")
        #expect(stand.requests[0].header("Content-Type") == "application/x-www-form-urlencoded; charset=utf-8")
    }

    @Test("changes are asked for as EC2 spells them")
    func changes() async throws {
        let stand = stand(
            "<CopyImageResponse><imageId>ami-9</imageId></CopyImageResponse>",
            "<ModifyImageAttributeResponse><return>true</return></ModifyImageAttributeResponse>",
            "<ModifySnapshotAttributeResponse/>"
        )
        let client = ec2(stand)
        let copy = try await client.copyImage(
            sourceImageID: "ami-1",
            sourceRegion: "r",
            name: "n",
            clientToken: "t",
            kmsKeyID: "k",
            tags: ["b": "2", "a": "1"]
        )
        #expect(copy == "ami-9")
        try await client.modifyImageAttribute(
            imageID: "ami-9",
            addLaunchPermissions: ["1", "2"],
            removeLaunchPermissions: ["3"]
        )
        try await client.modifySnapshotAttribute(snapshotID: "snap-9", addCreateVolumePermissions: ["1"])
        #expect(
            Array(form(stand.requests[0]).dropFirst(2)) == [
                "SourceImageId=ami-1", "SourceRegion=r", "Name=n", "ClientToken=t", "Encrypted=true", "KmsKeyId=k",
                "TagSpecification.1.ResourceType=image", "TagSpecification.1.Tag.1.Key=a",
                "TagSpecification.1.Tag.1.Value=1",
                "TagSpecification.1.Tag.2.Key=b", "TagSpecification.1.Tag.2.Value=2",
                "TagSpecification.2.ResourceType=snapshot",
                "TagSpecification.2.Tag.1.Key=a", "TagSpecification.2.Tag.1.Value=1", "TagSpecification.2.Tag.2.Key=b",
                "TagSpecification.2.Tag.2.Value=2",
            ]
        )
        #expect(
            Array(form(stand.requests[1]).dropFirst(2)) == [
                "ImageId=ami-9", "LaunchPermission.Add.1.UserId=1", "LaunchPermission.Add.2.UserId=2",
                "LaunchPermission.Remove.1.UserId=3",
            ]
        )
        #expect(form(stand.requests[2]).contains("CreateVolumePermission.Add.1.UserId=1"))
    }

    @Test(
        "a 200 that is not the operation's answer is malformed",
        arguments: ["", "<html></html>", "<CopyImageResponse>", "{}", "<OtherResponse/>"]
    )
    func malformed(body: String) async {
        let error = await awsError { () async throws(AWSError) in _ = try await ec2(stand(body)).describeImages() }
        #expect(error?.code == .malformedAnswer && error?.attempts == 3)
    }

    @Test("return=false is not a success")
    func returnedFalse() async {
        let stand = stand("<DeleteSnapshotResponse><return>false</return></DeleteSnapshotResponse>")
        let error = await awsError { () async throws(AWSError) in try await ec2(stand).deleteSnapshot(snapshotID: "s") }
        #expect(error?.code == .malformedAnswer)
    }

    @Test("a role's credentials are read")
    func assumeRole() async throws {
        let stand = stand(
            """
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser>
            <Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser><Credentials><AccessKeyId>AK</AccessKeyId>
            <SecretAccessKey>SK</SecretAccessKey><SessionToken>ST</SessionToken><Expiration>2027-01-15T09:00:00Z</Expiration>
            </Credentials></AssumeRoleResult></AssumeRoleResponse>
            """
        )
        let found = try await sts(stand).assumeRole(
            roleArn: "arn:r",
            sessionName: "s",
            externalId: "x y",
            durationSeconds: 900
        )
        #expect(found.accessKeyID == "AK" && found.secretAccessKey == "SK" && found.sessionToken == "ST")
        #expect(found.expiration == Date(timeIntervalSince1970: 1_800_003_600) && found.accountID == "123456789012")
        #expect(
            Array(form(stand.requests[0]).dropFirst(2)) == [
                "RoleArn=arn%3Ar", "RoleSessionName=s", "ExternalId=x%20y", "DurationSeconds=900",
            ]
        )
    }

    @Test("a web identity's request is not signed, and does not ask for credentials")
    func webIdentity() async {
        let stand = stand("<AssumeRoleWithWebIdentityResponse/>")
        let error = await awsError { () async throws(AWSError) in
            _ = try await sts(stand).assumeRoleWithWebIdentity(roleArn: "a", sessionName: "s", token: "tok&en")
        }
        #expect(error?.code == .malformedAnswer && error?.message.contains("tok&en") == false)
        #expect(
            stand.requests[0].header("Authorization") == nil && stand.requests[0].header("X-Amz-Security-Token") == nil
        )
        #expect(form(stand.requests[0]).contains("WebIdentityToken=tok%26en"))
    }
}
