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

  @Test("text of others stays one line of the log, and level and metadata reach the handler")
  func printable() {
    let recent = RecentLog()
    var logger = Logger(label: "test") { _ in recent.handler() }
    logger.logLevel = .warning
    logger[metadataKey: "door"] = "front"
    logger.info("not told")
    logger.warning("by \("a\nb\u{1B}[31m\u{2028}ä")")
    #expect(logger[metadataKey: "door"] == "front")
    let (lines, _) = recent.recent()
    #expect(lines.count == 1)
    #expect(lines.first?.hasSuffix(#"warning: by a\u{A}b\u{1B}[31m\u{2028}ä"#) == true)
  }
}
