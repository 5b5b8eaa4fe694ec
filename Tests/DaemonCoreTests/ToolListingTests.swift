import TestSupport
import Testing

@testable import DaemonCore

@Suite struct ToolListingTests {
    private static let started = """
        {"schema":1,"pid":4711,"startTime":1,"bootId":"b","executable":"/usr/bin/packer","graceMilliseconds":1,
         "supervisor":2,"supervisorStartTime":1,"isConfined":true}
        """

    private static func exit(_ how: String, stopped: Bool = false, killed: Bool = false, fenced: Bool = false) -> String
    {
        """
        {"schema":1,\(how),"stopped":\(stopped),"killed":\(killed),"fenced":\(fenced),"leftOvers":0,"survivors":[]}
        """
    }

    @Test(arguments: [
        (nil, "running"), (exit(#""status":0"#), "exited 0"),
        (exit(#""status":1"#, stopped: true), "exited 1, told to stop"),
        (exit(#""signal":9"#, stopped: true, killed: true), "ended by signal 9, killed after its grace"),
        (exit(#""status":1"#, stopped: true, fenced: true), "exited 1, stopped at the lease's deadline"),
    ])
    func `a tool is running or how it ended, and its process is told while it runs`(end: String?, state: String) throws
    {
        let folder = try TemporaryFolder()
        try folder.write("tools/build/started.json", Self.started)
        if let end { try folder.write("tools/build/exit.json", end) }
        try folder.write("tools/validate/request.json", "{}")
        let tools = ToolListing.tools(under: folder.path + "/tools")
        #expect(tools.map(\.name) == ["build", "validate"])
        #expect(tools[0].state == state && tools[0].executable == "/usr/bin/packer")
        #expect(tools[0].pid == (end == nil ? 4711 : nil))
        #expect(tools[1].state == "starting" && tools[1].pid == nil)
        #expect(ToolListing.tools(under: folder.path + "/none") == [])
    }
}
