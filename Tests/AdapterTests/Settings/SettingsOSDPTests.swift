import DoorPorts
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

  @Test(
    "a simulated line is for simulated hardware, and is a device in the folder of the door's state")
  func simulatedLine() async throws {
    let settings = try await fixture.load(
      text("osdp: {line: simulated}}\n  b: {door: front, osdp: {line: /dev/a}}"))
    #expect(settings.simulatedLine == "/var/lib/postern/simulated-line")
    #expect(
      settings.readers.compactMap(\.osdp).map { settings.device(of: $0) } == [
        "/var/lib/postern/simulated-line", "/dev/a",
      ])
    let none = try await fixture.load(text("osdp: {line: /dev/a}}\n  b: {door: front}"))
    #expect(none.simulatedLine == nil)
    let real = try await fixture.problems(
      SettingsFixture.least.replacingOccurrences(of: "simulated", with: "gpiod")
        .replacingOccurrences(
          of: "{front-in: {door: front}}",
          with: "{front-in: {door: front, osdp: {line: simulated}}}")
        + "door: {front: {relay: {chip: gpiochip0, line: 1}}}\n")
    #expect(real.contains { $0.hasPrefix("reader.front-in.osdp.line: \"simulated\"") }, "\(real)")
  }

  /// A door with these lines and a reader `a` on an OSDP line.
  private func door(_ lines: String, driver: String = "simulated") -> String {
    text("osdp: {line: /dev/a}}\n  b: {door: front}")
      .replacingOccurrences(of: "simulated", with: driver) + "door: {front: {\(lines)}}\n"
  }

  @Test("a door's lines may be at a reader, also beside simulated hardware")
  func lines() async throws {
    let settings = try await fixture.load(
      door(
        """
        relay: {reader: a, line: 1, activeLow: true}, contact: {reader: a, line: 0}, \
        exit: {reader: a, line: 31}
        """))
    let reader = try #require(settings.readers.first?.id)
    let front = try #require(settings.doors.first?.id)
    #expect(
      settings.lines(at: reader)
        == ReaderLines(
          inputs: [
            .init(line: .contact(front), number: 0), .init(line: .requestToExit(front), number: 31),
          ], outputs: [.init(line: .relay(front), number: 1, activeLow: true)]))
    #expect(settings.linePlan.inputs.isEmpty && settings.linePlan.outputs.isEmpty)
    #expect(settings.doors.first?.hasContact == true)
    let other = try #require(settings.readers.last?.id)
    #expect(settings.lines(at: other) == ReaderLines())
  }

  @Test(
    "a door's line that cannot be at a reader is refused by its key",
    arguments: [
      ("exit: {reader: b, line: 0}", "door.front.exit.reader"),
      ("exit: {reader: cellar, line: 0}", "door.front.exit.reader"),
      ("exit: {reader: a}", "door.front.exit.line"),
      ("exit: {reader: a, line: 32}", "door.front.exit.line"),
      ("exit: {reader: a, line: 1, bias: pullUp}", "door.front.exit.bias"),
      ("exit: {reader: a, line: 1, chip: gpiochip0}", "door.front.exit.chip"),
      ("contact: {reader: a, line: 1}, exit: {reader: a, line: 1}", "door.front.exit"),
    ])
  func refusedLine(lines: String, path: String) async throws {
    let problems = try await fixture.problems(door(lines))
    #expect(problems.count == 1 && problems[0].hasPrefix(path + ":"), "\(problems)")
  }

  @Test("an input and an output of a reader may have one number")
  func numbers() async throws {
    let text = door("exit: {reader: a, line: 0}, relay: {reader: a, line: 0}")
    #expect(try await fixture.problems(text) == [])
  }

  @Test("the building's fire alarm is at no reader")
  func site() async throws {
    let problems = try await fixture.problems(
      door("exit: {reader: a, line: 0}").replacingOccurrences(
        of: "credentials:", with: "site: {fire: {reader: a}}\ncredentials:"))
    #expect(problems.count == 1 && problems[0].hasPrefix("site.fire.reader"), "\(problems)")
  }

  @Test(
    "what is in the reach of whoever opens a reader is said, and what a cut line means",
    arguments: [
      ("relay: {reader: a, line: 0}", "door.front.relay", "no exit button opens it"),
      (
        "failSafe: true, relay: {reader: a, line: 0}", "door.front.relay",
        "opens the door within 3 s"
      ),
      ("exit: {reader: a, line: 0}", "door.front.exit", "whoever cuts its line, too"),
      (
        "exitRequest: none, exit: {reader: a, line: 0}", "door.front.exit",
        "whoever opens that reader can open the door. Only"
      ),
      ("contact: {reader: a, line: 0}", "door.front.contact", "nobody knows whether the leaf"),
    ])
  func advice(lines: String, path: String, words: String) async throws {
    let advice = try await fixture.load(door(lines)).advice
    #expect(advice.count == 1 && advice[0].path == path, "\(advice)")
    #expect(advice[0].message.contains(words), "\(advice)")
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
