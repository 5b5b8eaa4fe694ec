import Stages
import Testing

/// Lines as Packer 1.6.6 printed them.
struct PackerMachineOutputTests {
    private static let built = """
        1795462921,,ui,message,2026-11-23T19:42:01Z:     amazon-ebs.image: AMI: ami-76603ed5a649c0103
        1795462922,,ui,say,2026-11-23T19:42:02Z: ==> amazon-ebs.image: No volumes to clean up%!(PACKER_COMMA) skipping
        1795462922,amazon-ebs.image,artifact-count,1
        1795462922,amazon-ebs.image,artifact,0,builder-id,mitchellh.amazonebs
        1795462922,amazon-ebs.image,artifact,0,id,eu-central-1:ami-76603ed5a649c0103
        1795462922,amazon-ebs.image,artifact,0,string,AMIs were created:\\neu-central-1: ami-76603ed5a649c0103\\n
        1795462922,amazon-ebs.image,artifact,0,files-count,0
        1795462922,amazon-ebs.image,artifact,0,end

        """
    private static let clash = """
        1795463411,,ui,error,Build 'amazon-ebs.image' errored after 20 milliseconds: Error: AMI Name: 'x' is used by an existing AMI
        1795463411,,error-count,1
        1795463411,,ui,error,\\n==> Some builds didn't complete successfully and had errors:
        1795463411,amazon-ebs.image,error,Error: AMI Name: 'x' is used%!(PACKER_COMMA) by an existing AMI\\nsecond line
        1795463411,,ui,say,\\n==> Builds finished but no artifacts were created.

        """

    static func read(_ text: String, pieces: Int = .max) -> PackerMachineOutput {
        var output = PackerMachineOutput()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            output.take(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
        }
        output.finish()
        return output
    }

    @Test(arguments: [1, 2, 3, 7, 64, .max])
    func `an artifact is read whole however the output is cut`(pieces: Int) {
        let output = Self.read(Self.built, pieces: pieces)
        #expect(output.artifacts.map(\.images) == [["eu-central-1": "ami-76603ed5a649c0103"]])
        #expect(output.artifacts.first?.builderID == "mitchellh.amazonebs")
        #expect(output.errors.isEmpty)
        #expect(output.errorCount == nil)
    }

    @Test func `an artifact without its end line does not count`() {
        let cut = Self.built.split(separator: "\n").dropLast().joined(separator: "\n")
        #expect(Self.read(cut).artifacts.isEmpty)
    }

    @Test func `images of several regions are told apart`() {
        let text = "1,b,artifact,0,id,eu-central-1:ami-1%!(PACKER_COMMA)us-east-1:ami-2\n1,b,artifact,0,end\n"
        #expect(Self.read(text).artifacts.map(\.images) == [["eu-central-1": "ami-1", "us-east-1": "ami-2"]])
    }

    @Test func `the last artifact of a build comes last`() {
        let text = (0...1).map { "1,b,artifact,\($0),id,r:ami-\($0)\n1,b,artifact,\($0),end\n" }.joined()
        #expect(Self.read(text).artifacts.map(\.id) == ["r:ami-0", "r:ami-1"])
    }

    @Test func `errors are unescaped and named by their build`() {
        let output = Self.read(Self.clash)
        #expect(output.errorCount == 1)
        #expect(
            output.errors
                == ["amazon-ebs.image: Error: AMI Name: 'x' is used, by an existing AMI\nsecond line"]
        )
    }

    @Test func `a failure before any build is found among the complaints`() {
        let text = "1795463411,,ui,error,Error: Unsupported argument\\n\\n  on a.pkr.hcl line 1:\\n\n"
        #expect(Self.read(text).complaints == ["Error: Unsupported argument\n\n  on a.pkr.hcl line 1:"])
    }

    @Test(arguments: [
        "", "\n\n", "no commas", "x,b,artifact,0,id,r:ami-1", ",,,,", "1,b,artifact", "1,b,artifact,0",
        "1,b,artifact,0,end",
        "1,b,error-count,many", "1,b,artifact,0,id\n1,b,artifact,0,end", "1,,ui,say,artifact,0,id,r:ami-9",
    ])
    func `what is no machine-readable line brings no image`(text: String) {
        let output = Self.read(text)
        #expect(output.artifacts.allSatisfy { $0.images.isEmpty })
        #expect(output.errorCount == nil)
    }

    @Test func `memory is bounded by lines and by items`() {
        let long = "1,b,error," + String(repeating: "x", count: 1_000_000) + "\n"
        let output = Self.read(long + String(repeating: "1,b,error,again\n", count: 10_000), pieces: 4096)
        #expect(output.errors.count == 64)
        #expect(output.errors.allSatisfy { $0.utf8.count < 64 * 1024 })
    }

    @Test(arguments: [
        ("Packer v1.6.6\n", ToolVersion(1, 6, 6)),
        ("Packer v1.11.2\n\nYour version is out of date! 1.12.0", ToolVersion(1, 11, 2)),
        ("Terraform v1.11.4\non linux_amd64", ToolVersion(1, 11, 4)), ("OpenTofu v1.10.0-beta1", ToolVersion(1, 10)),
    ])
    func `a version is read from what a tool prints`(text: String, version: ToolVersion) {
        #expect(ToolVersion(in: text) == version)
    }

    @Test func `versions are compared by number and not by text`() {
        #expect(ToolVersion(1, 6, 6) < ToolVersion(1, 7))
        #expect(ToolVersion(1, 9, 9) < ToolVersion(1, 10))
        #expect(ToolVersion(in: "none here") == nil)
    }
}
