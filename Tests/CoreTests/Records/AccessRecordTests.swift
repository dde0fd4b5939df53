import DoorCore
import DoorRules
import Testing
import WiegandCodec

@Suite("What an attempt leaves in the log (A8, D8)")
struct AccessRecordTests {
  private func records(_ world: ControllerHarness) -> [AccessRecord] {
    world.occurrences.compactMap { if case .access(let record) = $0 { record } else { nil } }
  }

  @Test("D8: of a number that nobody knows the last two digits are told, always two")
  func lastDigits() throws {
    var world = ControllerHarness { $0.layout.readers[0].keypad = nil }
    let cards: [UInt64] = [0, 1, 9, 10, 11, 99, 100, 110, 111, 201, 65_535]
    for card in cards { try world.badge(facility: 1, card: card) }
    #expect(
      records(world).map { $0.evidence["lastDigits"] }
        == ["00", "01", "09", "10", "11", "99", "00", "10", "11", "01", "35"])
  }

  @Test("D8: at a reader with a keypad nothing is told of a number that could be a PIN")
  func couldBePIN() throws {
    var world = ControllerHarness {
      $0.layout.readers[0].formats = FormatTable.standard
    }
    // 0x12 and 0x3456 are the digits 123456; facility 0 is where keypads send PINs.
    for (facility, card): (UInt64, UInt64) in [(0x12, 0x3456), (0, 4_711), (200, 4_711)] {
      try world.badge(facility: facility, card: card)
    }
    world.send(
      bits: try FormatTable.standard.encode(format: "H10302", facility: nil, card: 4_711))
    #expect(
      records(world).map { $0.evidence["lastDigits"] != nil } == [false, false, true, false])
    #expect(records(world).allSatisfy { $0.evidence["formats"] != nil })
  }

  @Test("A8: a PIN that is not looked up is recorded as what it was, with the card that is locked")
  func lockedOut() throws {
    let start = MonotonicInstant(nanoseconds: 5_000_000_000)
    let kept = Lockout(failures: 0, level: 1, remainingMilliseconds: 600_000, at: start)
    let card = CredentialID("card-ada")!
    func record(_ memory: ControllerMemory, badges: Bool) throws -> AccessRecord? {
      var world = ControllerHarness(mode: badges ? .cardThenPIN : .pinOnly, memory: memory)
      world.issue("card-ada", .card, to: "ada", as: "card:H10301:1:1")
      world.issue("pin-ada", .pin, to: "ada", as: "pin:4711")
      if badges { try world.badge(facility: 1, card: 1) }
      world.type("4711#")
      let all = records(world)
      return all.count == 1 ? all[0] : nil
    }
    func expected(_ presentation: String, _ credential: CredentialID?) -> AccessRecord {
      AccessRecord(
        door: ControllerHarness.door, reader: ControllerHarness.reader, presentation: presentation,
        verdict: Verdict(
          decision: .deny(.lockedOut), credential: credential, person: nil, policyRevision: 7,
          steps: []))
    }
    let reader = ControllerMemory(lockouts: [ControllerHarness.reader: kept])
    #expect(try record(reader, badges: false) == expected("pin", nil))
    #expect(try record(reader, badges: true) == expected("cardThenPIN", nil))
    let guessed = ControllerMemory(cardLockouts: [card: kept])
    #expect(try record(guessed, badges: true) == expected("cardThenPIN", card))
  }
}
