import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Settings
import Testing
import WiegandCodec

@Suite("Settings: times of a door, inputs of the site, how a reader is typed at (A2, A4, A6)")
struct SettingsDoorTests {
  let fixture: SettingsFixture

  init() throws { fixture = try SettingsFixture() }

  private static let yaml = """
    controller: {id: gate-1}
    hardware: {driver: gpiod}
    site: {fire: {chip: gpiochip0, line: 1, activeLow: true}, tamper: {chip: gpiochip0, line: 2}}
    doors: [front]
    door:
      front:
        relay: {chip: gpiochip0, line: 17}
        relock: whenOpened
        heldOpenSeconds: 45
        heldOpenWarningSeconds: 15
        debounceMilliseconds: 30
        exitHoldSeconds: 8
        exitRequest: none
        exitGraceMilliseconds: 800
        exitHeldSeconds: 90
        releaseLimitSeconds: 60
        interlock: lobby
    readers: [in]
    reader:
      in:
        door: front
        data0: {chip: gpiochip0, line: 3}
        data1: {chip: gpiochip0, line: 4}
        pinLength: 6
        pinPauseMilliseconds: 8000
        pinFrameFacility: 255
        tamperOpened: 14
        tamperClosed: 15
        feedback: {granted: "both 250, led 1750", chirp: beeper 20}
    credentials: {keyFile: /k}

    """

  @Test("every key arrives, and the lines are planned with their polarity")
  func whole() async throws {
    let settings = try await fixture.load(Self.yaml)
    let door = try #require(settings.doors.first)
    #expect(
      door.timing
        == DoorTiming(
          relock: .whenOpened, heldOpenMilliseconds: 45_000, warningMilliseconds: 15_000,
          releaseLimitMilliseconds: 60_000, debounceMilliseconds: 30,
          exitHoldMilliseconds: 8_000, exitRequest: .none, exitGraceMilliseconds: 800,
          exitHeldMilliseconds: 90_000))
    #expect(door.interlock == "lobby")
    let reader = try #require(settings.readers.first)
    #expect(
      reader.entry
        == PINEntrySettings(
          fixedLength: 6, pauseMilliseconds: 8_000, frame: PINFrame(facility: 255)))
    #expect(reader.tamperCodes == TamperCodes(opened: 14, closed: 15))
    #expect(
      reader.patterns == [
        .granted: FeedbackPattern(parsing: "both 250, led 1750"),
        .chirp: FeedbackPattern(parsing: "beeper 20"),
      ])
    let plan = settings.linePlan
    #expect(plan.outputs.map(\.line) == [.relay(door.id)])
    #expect(
      plan.inputs.map(\.line) == [.fire, .tamper, .data0(reader.id), .data1(reader.id)])
    #expect(plan.inputs.map(\.activeLow) == [true, false, true, true])
  }

  @Test("without them the door is as the documentation says")
  func none() async throws {
    let settings = try await fixture.load(SettingsFixture.least)
    #expect(settings.doors.first?.timing == DoorTiming())
    #expect(settings.doors.first?.interlock == nil)
    #expect(settings.readers.first?.entry == PINEntrySettings())
    #expect(settings.readers.first?.tamperCodes == nil && settings.hardware.fire == nil)
    #expect(settings.linePlan == LinePlan(inputs: [], outputs: []))
  }

  @Test(
    "each wrong value is named with what is allowed",
    arguments: [
      ("relock: whenOpened", "relock: never", "door.front.relock"),
      ("heldOpenSeconds: 45", "heldOpenSeconds: 4", "door.front.heldOpenSeconds"),
      ("WarningSeconds: 15", "WarningSeconds: 46", "door.front.heldOpenWarningSeconds"),
      ("exitHoldSeconds: 8", "exitHoldSeconds: 0", "door.front.exitHoldSeconds"),
      ("exitRequest: none", "exitRequest: never", "door.front.exitRequest"),
      (
        "exitGraceMilliseconds: 800", "exitGraceMilliseconds: 5001",
        "door.front.exitGraceMilliseconds"
      ),
      ("exitHeldSeconds: 90", "exitHeldSeconds: 4", "door.front.exitHeldSeconds"),
      ("releaseLimitSeconds: 60", "releaseLimitSeconds: 9", "door.front.releaseLimitSeconds"),
      ("interlock: lobby", "interlock: \"the lobby\"", "door.front.interlock"),
      ("pinLength: 6", "pinLength: 3", "reader.in.pinLength"),
      ("pinPauseMilliseconds: 8000", "pinPauseMilliseconds: 10", "reader.in.pinPause"),
      ("pinFrameFacility: 255", "pinFrameFacility: 256", "reader.in.pinFrameFacility"),
      ("tamperOpened: 14", "tamperOpened: 11", "reader.in.tamperOpened"),
      ("tamperClosed: 15", "tamperClosed: 14", "reader.in.tamperClosed"),
      ("beeper 20", "beep 20", "reader.in.feedback.chirp"),
      ("tamper: {chip: gpiochip0, line: 2}", "tamper: {chip: gpiochip0, line: 17}", "site.tamper"),
    ])
  func wrong(_ good: String, _ bad: String, _ path: String) async throws {
    let yaml = Self.yaml.replacingOccurrences(of: good, with: bad)
    #expect(yaml != Self.yaml)
    let problems = try await fixture.problems(yaml)
    #expect(problems.count == 1 && problems[0].hasPrefix(path), "\(problems)")
  }

  private static let keypads = """
    controller: {id: gate-1}
    hardware: {driver: simulated}
    doors: [front]
    credentials: {keyFile: /k}
    readers: [in]
    reader:
      in:
        door: front
        pinFrame: bcd
        pinFrameBits: 32
        pinFrameErrors: [eeee, "1234"]
        pinFrameBells: [BBBB]
        bellCode: 12
        presentationMilliseconds: 500
        supervision: "10101010"
        supervisionSeconds: 5

    """

  @Test("a keypad that sends whole PINs, rings, and reports that it works")
  func keypad() async throws {
    let reader = try #require(try await fixture.load(Self.keypads).readers.first)
    #expect(
      reader.entry
        == PINEntrySettings(
          frame: PINFrame(.bcd, bitCount: 32, errors: ["EEEE", "1234"], bells: ["BBBB"]),
          bellCode: 12))
    #expect(
      reader.habits
        == ReaderHabits(
          presentationMilliseconds: 500,
          supervision: Supervision(bitText: "10101010", periodSeconds: 5)))
  }

  @Test(
    "each wrong value of a keypad is named with what is allowed",
    arguments: [
      ("pinFrame: bcd", "pinFrame: number32", "reader.in.pinFrame"),
      ("pinFrameBits: 32", "pinFrameBits: 33", "reader.in.pinFrameBits"),
      ("pinFrameBits: 32", "pinFrameFacility: 1", "reader.in.pinFrameFacility"),
      ("pinFrameBells: [BBBB]", "pinFrameBells: [bell]", "reader.in.pinFrameBells"),
      ("bellCode: 12", "bellCode: 9", "reader.in.bellCode"),
      ("Milliseconds: 500", "Milliseconds: 10001", "reader.in.presentationMilliseconds"),
      ("supervision: \"10101010\"", "supervision: \"102\"", "reader.in.supervision"),
      ("supervisionSeconds: 5", "supervisionSeconds: 0", "reader.in.supervisionSeconds"),
    ])
  func wrongKeypad(_ good: String, _ bad: String, _ path: String) async throws {
    let problems = try await fixture.problems(
      Self.keypads.replacingOccurrences(of: good, with: bad))
    #expect(!problems.isEmpty && problems.allSatisfy { $0.hasPrefix(path) }, "\(problems)")
  }

  @Test("A6: a door whose every exit would be forced, and a keypad that takes cards, are advised")
  func advice() async throws {
    func advice(_ door: String, _ reader: String, driver: String = "gpiod") async throws
      -> [String]
    {
      let yaml = """
        controller: {id: gate-1}
        credentials: {keyFile: /k}
        hardware: {driver: \(driver)}
        doors: [front]
        door: {front: {relay: {chip: gpiochip0, line: 17}\(door)}}
        readers: [in]
        reader:
          in:
            door: front
            data0: {chip: gpiochip0, line: 3}
            data1: {chip: gpiochip0, line: 4}
        \(reader.split(separator: "|").map { "    \($0)" }.joined(separator: "\n"))
        """
      return try await fixture.load(yaml).advice.map(\.path)
    }
    let contact = ", contact: {chip: gpiochip0, line: 5}"
    let exit = ", exit: {chip: gpiochip0, line: 6}"
    #expect(try await advice(contact, "") == ["door.front.exitRequest"])
    #expect(try await advice(contact + exit, "") == [])
    #expect(try await advice(contact + ", exitRequest: none", "") == [])
    #expect(try await advice("", "") == [])
    let frame = ["reader.in.pinFrame"]
    #expect(try await advice("", "formats: [H10301]|pinFrame: number26") == frame)
    #expect(try await advice("", "formats: [H10302]|pinFrame: number26") == [])
    #expect(
      try await advice("", "formats: [H10301]|pinFrame: number26|pinFrameFacility: 0") == frame)
    #expect(try await advice("", "formats: [H10301]|pinFrame: bcd") == [])
    #expect(try await advice("", "formats: [H10301]|pinFrame: bcd|pinFrameBits: 26") == frame)
  }
}
