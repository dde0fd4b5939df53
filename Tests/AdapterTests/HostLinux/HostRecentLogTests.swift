import CloudProtocol
import HostLinux
import Logging
import Testing

@Suite("The last log lines (D4, F3)")
struct HostRecentLogTests {
  @Test("D4: the newest lines are kept, the oldest are dropped and counted, long ones are cut")
  func bounded() {
    let recent = RecentLog()
    var logger = Logger(label: "test") { _ in recent.handler() }
    logger.logLevel = .debug
    for number in 0..<LogUpload.linesMax + 7 { logger.info("line \(number)") }
    logger.warning("\(String(repeating: "x", count: 2_000))")
    let (lines, dropped) = recent.recent()
    #expect(lines.count == LogUpload.linesMax && dropped == 8)
    #expect(lines.first?.hasSuffix("info: line 8") == true)
    #expect(lines.last?.count == LogUpload.lineCharactersMax)
  }
}
