/// The operations on what a build of an image runs with: its instance, key pair and security group.
extension EC2Client {
    /// Instances that match every filter, all pages, terminated ones included for as long as EC2 shows them.
    package func describeInstances(filters: [EC2Filter]) async throws(AWSError) -> [EC2Instance] {
        var form = QueryForm("DescribeInstances")
        form.add(filters: filters)
        let reservations = try await pages(form, "reservationSet", isPaged: true) { (item) throws(AnswerProblem) in
            var instances: [EC2Instance] = []
            for element in item.items("instancesSet") { instances.append(try EC2Instance(element)) }
            return instances
        }
        return reservations.flatMap { $0 }
    }

    /// Asks EC2 to terminate instances; they are `shutting-down` for a while. One that is terminated already is fine.
    package func terminateInstances(instanceIDs: [String]) async throws(AWSError) {
        var form = QueryForm("TerminateInstances")
        form.add(list: "InstanceId", instanceIDs)
        try await acknowledged(form)
    }

    /// Key pairs that match every filter. EC2 knows no pages here.
    package func describeKeyPairs(filters: [EC2Filter]) async throws(AWSError) -> [EC2KeyPair] {
        var form = QueryForm("DescribeKeyPairs")
        form.add(filters: filters)
        return try await pages(form, "keySet", isPaged: false) { (item) throws(AnswerProblem) in
            try EC2KeyPair(item)
        }
    }

    /// Deletes a key pair by name; one that is not there is fine.
    package func deleteKeyPair(name: String) async throws(AWSError) {
        var form = QueryForm("DeleteKeyPair")
        form.add("KeyName", name)
        try await acknowledged(form)
    }

    /// Security groups that match every filter, all pages.
    package func describeSecurityGroups(filters: [EC2Filter]) async throws(AWSError) -> [EC2SecurityGroup] {
        var form = QueryForm("DescribeSecurityGroups")
        form.add(filters: filters)
        return try await pages(form, "securityGroupInfo", isPaged: true) { (item) throws(AnswerProblem) in
            try EC2SecurityGroup(item)
        }
    }

    /// Deletes a security group. One that an instance still uses is `DependencyViolation`, one that is not there `InvalidGroup.NotFound`.
    package func deleteSecurityGroup(groupID: String) async throws(AWSError) {
        var form = QueryForm("DeleteSecurityGroup")
        form.add("GroupId", groupID)
        try await acknowledged(form)
    }
}
