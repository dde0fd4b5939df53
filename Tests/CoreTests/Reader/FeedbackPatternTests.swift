import DoorCore
import DoorRules
import Testing

@Suite("What a reader tells the person in front of it (A5)")
struct FeedbackPatternTests {
  /// The beeper, or the lamp, over time in steps of 10 ms.
  private func track(
    _ signal: ReaderSignal, _ part: KeyPath<FeedbackPattern.Step, Bool>
  ) -> [Bool] {
    FeedbackPattern.standard(signal).steps.flatMap {
      Array(repeating: $0[keyPath: part], count: $0.milliseconds / 10)
    }
  }

  /// How often it comes on, and how long the first time: what a person notices.
  private func shape(_ track: [Bool]) -> [Int] {
    let begins = track.indices.filter { track[$0] && ($0 == 0 || !track[$0 - 1]) }
    guard let first = begins.first else { return [0, 0] }
    return [begins.count, track[first...].prefix { $0 }.count]
  }

  @Test("A5: no two signals sound alike, and none that opens or denies looks alike")
  func distinguishable() {
    let sounds = ReaderSignal.allCases.map { shape(track($0, \.beeper)) }
    #expect(Set(sounds).count == sounds.count, "\(sounds)")
    let looks = [ReaderSignal.granted, .denied, .moreInput, .identify, .lockedOut].map {
      shape(track($0, \.led))
    }
    #expect(Set(looks).count == looks.count, "\(looks)")
  }

  @Test(
    "A5: each signal is what people learned that it is",
    arguments: [
      (ReaderSignal.granted, 1, "both 250, led 1750"), (.denied, 4, "both 80, off 80"),
      (.moreInput, 2, "both 60, off 140"), (.lockedOut, 1, "beeper 1500"),
      (.heldOpenWarning, 30, "both 100, off 900"), (.offlineTooLong, 2, "both 600, off 300"),
      (.chirp, 1, "beeper 30"), (.identify, 3, "both 300, off 400"),
    ])
  func learned(_ signal: ReaderSignal, _ times: Int, _ written: String) throws {
    let part = try #require(FeedbackPattern(parsing: written))
    #expect(
      FeedbackPattern.standard(signal).steps
        == Array(repeating: part.steps, count: times).flatMap { $0 })
  }

  @Test("E3: identify is three beeps in about two seconds")
  func identify() {
    let sound = track(.identify, \.beeper)
    #expect(shape(sound)[0] == 3)
    #expect((1_700...2_300).contains(sound.count * 10))
  }

  @Test("A5: patterns are data: written down, read, and played in place of the standard")
  func written() throws {
    let pattern = try #require(FeedbackPattern(parsing: "both 250, led 1750,off 20"))
    #expect(
      pattern.steps == [
        .init(led: true, beeper: true, milliseconds: 250),
        .init(led: true, beeper: false, milliseconds: 1_750),
        .init(led: false, beeper: false, milliseconds: 20),
      ])
    var world = ControllerHarness { $0.layout.readers[0].patterns = [.denied: pattern] }
    try world.badge(facility: 9, card: 9)
    world.run(forMilliseconds: 3_000)
    let beeps = world.journal.compactMap { entry -> Bool? in
      if case .drive(.beeper, let active) = entry.effect { active } else { nil }
    }
    #expect(beeps == [true, false, false, false])
  }

  @Test(
    "A5: what is no pattern is refused",
    arguments: [
      "", ",", "led", "led x", "led 5", "led 10001", "blue 100", "led 100 200", "led 100,,off 100",
      Array(repeating: "led 10", count: 65).joined(separator: ","),
    ])
  func refused(_ text: String) {
    #expect(FeedbackPattern(parsing: text) == nil)
  }

  @Test("A5: with playNotificationSoundOnRelayToggle the reader chirps when the relay goes back")
  func chirp() throws {
    func beepsAtRelock(_ isOn: Bool) throws -> Int {
      var world = ControllerHarness {
        $0.door.settings.playNotificationSoundOnRelayToggle = isOn
      }
      world.issue("c", .card, to: "ada", as: "card:H10301:1:1")
      try world.badge(facility: 1, card: 1)
      world.run(forMilliseconds: 3_000)
      let before = world.journal.count
      world.run(forMilliseconds: 4_000)
      return world.journal[before...].count { entry in
        if case .drive(.beeper, active: true) = entry.effect { true } else { false }
      }
    }
    #expect(try beepsAtRelock(true) == 1)
    #expect(try beepsAtRelock(false) == 0)
  }

  @Test("A6 A5: a door that stands open too long warns each second until it is closed")
  func heldOpenWarning() throws {
    var world = ControllerHarness()
    world.issue("c", .card, to: "ada", as: "card:H10301:1:1")
    try world.badge(facility: 1, card: 1)
    world.setContact(open: true)
    world.run(forMilliseconds: 20_000)
    let before = world.journal.count
    world.run(forMilliseconds: 5_000)
    let beeps = world.journal[before...].count { entry in
      if case .drive(.beeper, active: true) = entry.effect { true } else { false }
    }
    #expect((4...6).contains(beeps))
    world.setContact(open: false)
    let after = world.journal.count
    world.run(forMilliseconds: 5_000)
    #expect(
      !world.journal[after...].contains { entry in
        if case .drive(.beeper, active: true) = entry.effect { true } else { false }
      })
  }
}
