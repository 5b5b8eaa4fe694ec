import Logging
import Stages
import Testing

/// Lines as Packer 1.6.6 printed them, and as the log shows them.
struct PackerLogLineTests {
    @Test(arguments: [
        (
            "1795462922,,ui,say,2026-11-23T19:42:02Z: ==> amazon-ebs.image: No volumes to clean up%!(PACKER_COMMA) skipping",
            Logger.Level.info, ["==> amazon-ebs.image: No volumes to clean up, skipping"]
        ),
        (
            "1,,ui,message,2026-11-23T19:42:01Z:     amazon-ebs.image: AMI: ami-1", .info,
            ["    amazon-ebs.image: AMI: ami-1"]
        ),
        (
            "1,,ui,error,2026-11-23T19:42:01Z: \\n==> Some builds had errors:\\n- x%!(PACKER_COMMA) y", .warning,
            ["==> Some builds had errors:", "- x, y"]
        ),
        ("1,amazon-ebs.image,ui,say,plain", .info, ["amazon-ebs.image: plain"]),
        ("1,,ui,say,9 Z: not a time", .info, ["9 Z: not a time"]),
        (
            "1,amazon-ebs.image,error,AMI Name: 'x' is used%!(PACKER_COMMA) by an image\\nsecond line", .error,
            ["amazon-ebs.image: AMI Name: 'x' is used, by an image", "amazon-ebs.image: second line"]
        ),
        ("1,,error-count,1", .warning, ["1 error"]), ("1,,error-count,2", .warning, ["2 errors"]),
        ("1,b.i,artifact-count,1", .info, ["b.i: 1 artifact"]),
        ("1,b.i,artifact,0,builder-id,mitchellh.amazonebs", .info, ["b.i: artifact 0: made by mitchellh.amazonebs"]),
        (
            "1,b.i,artifact,0,id,eu-central-1:ami-1%!(PACKER_COMMA)us-east-1:ami-2", .info,
            ["b.i: artifact 0: id eu-central-1:ami-1,us-east-1:ami-2"]
        ),
        (
            "1,b.i,artifact,0,string,AMIs were created:\\neu-central-1: ami-1\\n", .info,
            ["b.i: artifact 0: AMIs were created:", "b.i: eu-central-1: ami-1"]
        ),
        ("1,b.i,artifact,0,files-count,0", .info, ["b.i: artifact 0: 0 files"]),
        ("1,b.i,artifact,0,file,0,manifest.json", .info, ["b.i: artifact 0: file 0, manifest.json"]),
        ("1,b.i,artifact,0,end", .info, ["b.i: artifact 0: complete"]),
        ("1,b.i,artifact,0,nil", .info, ["b.i: artifact 0: nil "]), ("1,b.i,artifact,0", .info, ["b.i: artifact 0"]),
        ("1,,template-variable,a,b,1", .info, ["template-variable: a, b, 1"]),
        // In no such form: as it is, escapes and all.
        ("panic: runtime error%!(PACKER_COMMA)", .info, ["panic: runtime error%!(PACKER_COMMA)"]),
        ("rest of a line, that, was cut", .info, ["rest of a line, that, was cut"]), ("1,,ui,say,\\n", .info, []),
    ])
    func `a line is shown decoded, at the level of what it says`(line: String, level: Logger.Level, shown: [String]) {
        let read = PackerLogLine(line)
        #expect(read.lines == shown)
        #expect(read.level == level)
    }
}
