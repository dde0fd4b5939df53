import Dispatch
import HostLinux
import Logging
import Synchronization
import Testing

@Suite("Whoever logs waits for nothing (A2, F3)")
struct HostPatientLogTests {
  /// A log that takes nothing until a test lets it.
  private final class StuckLog: CountingLog {
    private let written = Mutex<[String]>([])
    var lines: [String] { written.withLock { $0 } }
    let door = DispatchSemaphore(value: 0)
    var logLevel: Logger.Level {
      get { .debug }
      set {}
    }
    var metadata: Logger.Metadata {
      get { [:] }
      set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { nil }
      set {}
    }

    func noteLost(_ lines: Int) { written.withLock { $0.append("\(lines) lost") } }

    func log(event: LogEvent) {
      door.wait()
      written.withLock { $0.append("\(event.message)") }
    }
  }

  @Test("of more than 1,000 lines that a stuck log does not take the rest is dropped and counted")
  func stuck() {
    #expect(PatientLog.waitingMax == 1_000)
    let (patient, stuck) = (PatientLog(), StuckLog())
    var logger = Logger(label: "test") { _ in patient.handler(stuck) }
    logger.logLevel = .debug
    // None of these waits: the log takes its first line only below.
    for number in 0..<PatientLog.waitingMax + 7 { logger.info("line \(number)") }
    #expect(stuck.lines.isEmpty)
    for _ in 0...PatientLog.waitingMax { stuck.door.signal() }
    patient.flush(milliseconds: 180_000)
    let lines = stuck.lines
    #expect(lines.count == PatientLog.waitingMax + 1 && lines.first == "line 0")
    #expect(lines.dropFirst().first == "7 lost")
    #expect(lines.last == "line 999")
  }
}
