import OSDPLine
import Testing

@testable import Settings

@Suite("The settings of readers on an OSDP line (A13, F3)")
struct SettingsOSDPTests {
  private let fixture: SettingsFixture

  init() throws { fixture = try SettingsFixture() }

  private func text(_ readers: String) -> String {
    SettingsFixture.least.replacingOccurrences(
      of: "readers: [front-in]\nreader: {front-in: {door: front}}",
      with: "readers: [a, b]\nreader:\n  a: {door: front, \(readers)")
  }

  @Test("the speeds that can be set are those of a line")
  func speeds() { #expect(OSDPKeys.speeds == LineSpeed.allCases.map(\.rawValue)) }

  @Test("the times between questions that can be set are those of a line")
  func polls() { #expect(OSDPKeys.polls == LineTimes.pollRange) }

  @Test("line, speed, address and time between questions are read; 9600, 0 and 50 ms unless set")
  func read() async throws {
    let settings = try await fixture.load(
      text(
        "osdp: {line: /dev/ttyUSB0}}\n  b: {door: front, osdp: {line: /dev/ttyUSB0, address: 7}}"))
    #expect(settings.readers.map(\.osdp?.line) == ["/dev/ttyUSB0", "/dev/ttyUSB0"])
    #expect(settings.readers.map(\.osdp?.address) == [0, 7])
    #expect(settings.readers.map(\.osdp?.baud) == [9_600, 9_600])
    #expect(settings.readers.map(\.osdp?.pollMilliseconds) == [50, 50])
    let often = try await fixture.load(
      text("osdp: {line: /dev/ttyUSB0, pollMilliseconds: 20}}\n  b: {door: front}"))
    #expect(often.readers.first?.osdp?.pollMilliseconds == 20)
  }

  @Test(
    "what cannot be is refused by its key",
    arguments: [
      ("osdp: {line: ttyUSB0}}\n  b: {door: front}", "reader.a.osdp.line"),
      ("osdp: {line: /dev/a, baud: 9601}}\n  b: {door: front}", "reader.a.osdp.baud"),
      ("osdp: {line: /dev/a, address: 127}}\n  b: {door: front}", "reader.a.osdp.address"),
      ("osdp: {address: 3}}\n  b: {door: front}", "reader.a.osdp.address"),
      (
        "osdp: {line: /dev/a}}\n  b: {door: front, osdp: {line: /dev/a}}",
        "reader.b.osdp.address"
      ),
      (
        "osdp: {line: /dev/a}}\n  b: {door: front, osdp: {line: /dev/a, address: 1, baud: 38400}}",
        "reader.b.osdp.baud"
      ),
      (
        "osdp: {line: /dev/a}}\n  b: {door: front, osdp: {line: /dev/a, address: 1, pollMilliseconds: 20}}",
        "reader.b.osdp.pollMilliseconds"
      ),
      (
        "osdp: {line: /dev/a, pollMilliseconds: 19}}\n  b: {door: front}",
        "reader.a.osdp.pollMilliseconds"
      ),
      (
        "osdp: {line: /dev/a, pollMilliseconds: 1001}}\n  b: {door: front}",
        "reader.a.osdp.pollMilliseconds"
      ),
    ])
  func refused(readers: String, path: String) async throws {
    let problems = try await fixture.problems(text(readers))
    #expect(problems.count == 1 && problems[0].hasPrefix(path), "\(problems)")
  }

  @Test("with real lines a reader on an OSDP line needs no data lines, and has none")
  func dataLines() async throws {
    func problems(_ more: String) async throws -> [String] {
      try await fixture.problems(
        SettingsFixture.least.replacingOccurrences(of: "simulated", with: "gpiod")
          .replacingOccurrences(
            of: "{front-in: {door: front}}",
            with: "{front-in: {door: front, osdp: {line: /dev/a}\(more)}}")
          + "door: {front: {relay: {chip: gpiochip0, line: 1}}}\n")
    }
    #expect(try await problems("") == [])
    let wrong = try await problems(", data0: {chip: gpiochip0, line: 2}")
    #expect(wrong.count == 1 && wrong[0].hasPrefix("reader.front-in.data0"), "\(wrong)")
  }
}
