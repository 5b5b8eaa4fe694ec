import FoundationEssentials
import Testing

@testable import AWSClient

@Suite struct TimeTests {
    @Test(
        "instants become dates and come back",
        arguments: [
            (0.0, "19700101T000000Z"), (1_440_938_160, "20150830T123600Z"), (951_782_399, "20000228T235959Z"),
            (951_782_400, "20000229T000000Z"), (4_107_542_399, "21000228T235959Z"), (4_107_542_400, "21000301T000000Z"),
            (-1, "19691231T235959Z"), (1_709_164_800.9, "20240229T000000Z"), (253_402_300_799, "99991231T235959Z"),
        ]
    )
    func civil(seconds: Double, text: String) {
        let time = CivilTime(Date(timeIntervalSince1970: seconds))
        #expect(time.amzDate == text)
        #expect(time.date.timeIntervalSince1970 == seconds.rounded(.down))
    }

    @Test("every day of four centuries comes back as itself")
    func days() {
        for day in stride(from: -200_000, to: 200_000, by: 1) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 1)
            let time = CivilTime(date)
            #expect(time.date == date && time.hour == 0 && time.second == 1)
        }
    }

    @Test("times beyond all calendars do not crash")
    func extremes() {
        for value in [Double.infinity, -.infinity, 1e300, -1e300] {
            #expect(CivilTime(Date(timeIntervalSince1970: value)).amzDate.utf8.count == 16)
        }
    }

    @Test("HTTP dates are read, and other forms are not")
    func http() {
        #expect(HTTPDate.date("Sun, 06 Nov 1994 08:49:37 GMT")?.timeIntervalSince1970 == 784_111_777)
        for text in [
            "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994",
        ] {
            #expect(HTTPDate.date(text) == nil, "\(text)")
        }
    }

    @Test("RFC 3339 times are read, and other forms are not")
    func iso8601() {
        #expect(ISO8601.date("2015-08-30T12:36:00Z")?.timeIntervalSince1970 == 1_440_938_160)
        #expect(ISO8601.date("2015-08-30T12:36:00.5Z")?.timeIntervalSince1970 == 1_440_938_160.5)
        #expect(ISO8601.date("2015-08-30T14:36:00.000+02:00")?.timeIntervalSince1970 == 1_440_938_160)
        #expect(ISO8601.date("2015-08-30T06:06:00-06:30")?.timeIntervalSince1970 == 1_440_938_160)
        for text in [
            "", "2015-08-30", "2015-08-30T12:36:00", "2015-08-30 12:36:00Z", "2015-13-30T12:36:00Z",
            "2015-02-29T12:36:00Z",
            "2015-08-30T25:36:00Z", "2015-08-30T12:36:00.Z", "2015-08-30T12:36:00+2", "2015-08-30T12:36:00Zx",
            "０015-08-30T12:36:00Z",
        ] {
            #expect(ISO8601.date(text) == nil, "\(text)")
        }
    }
}
