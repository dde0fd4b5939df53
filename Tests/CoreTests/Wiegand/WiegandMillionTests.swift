import CoreModels
import DoorRules
import Foundation
import Testing
import WiegandCodec

/// Frames damaged on the wire, each accounted for. `POSTERN_FRAMES=1000000 swift test --filter
/// WiegandMillion` prints the figures for a million; without it the run is short.
@Suite("A1: a million damaged frames")
struct WiegandMillionTests {
  private struct Tally {
    var sent = 0
    /// The outcomes: a frame that a long pause cuts counts as two.
    var captures = 0
    var undamaged = 0
    var right = 0
    var malformed: [FrameFault: Int] = [:]
    /// Another card than was sent, with correct check bits: no decoder can detect it.
    var otherWithGoodChecks = 0
    var noise = 0

    var line: String {
      let faults = malformed.sorted { $0.key.rawValue < $1.key.rawValue }
        .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
      return
        "frames sent \(sent) (undamaged \(undamaged)), captures \(captures): decoded right \(right), "
        + "malformed \(malformed.values.reduce(0, +)) (\(faults)), "
        + "another card with all check bits right \(otherWithGoodChecks), glitches \(noise)"
    }
  }

  /// A bit dropped, added or flipped, or a glitch shorter than any pulse.
  private func damage(_ train: inout WiegandPulses, using random: inout Xorshift) {
    let place = Int.random(in: train.pulses.indices, using: &random)
    let pulse = train.pulses[place]
    switch Int.random(in: 0..<4, using: &random) {
    case 0: train.pulses.remove(at: place)
    case 1:
      var added = pulse
      added.bit = Bool.random(using: &random)
      added.startMicroseconds += 900
      train.pulses.insert(added, at: place + 1)
    case 2: train.pulses[place].bit.toggle()
    default:
      var glitch = pulse
      glitch.startMicroseconds += 600
      glitch.widthMicroseconds = Int.random(in: 1...9, using: &random)
      train.pulses.insert(glitch, at: place + 1)
    }
  }

  @Test("A1: nothing is accepted that its check bits should have caught, and nothing is lost")
  func frames() throws {
    let count =
      ProcessInfo.processInfo.environment["POSTERN_FRAMES"].flatMap { Int($0) } ?? 5_000
    var random = Xorshift(seed: UInt64(count))
    let table = FormatTable.default
    var tally = Tally()
    for _ in 0..<count {
      let format = table.formats[Int(random.next() % UInt64(table.formats.count))]
      let card = CardCandidate.random(of: format, using: &random)
      var train = WiegandPulses(try table.encode(card))
      let wounds = Int.random(in: 0...3, using: &random)
      for _ in 0..<wounds { damage(&train, using: &random) }
      let isCounted = Bool.random(using: &random)
      let edges = train.edges(counted: isCounted)
      tally.sent += 1
      let rightBefore = tally.right
      if wounds == 0 { tally.undamaged += 1 }

      var assembler = FrameAssembler()
      var captures = edges.flatMap { assembler.handle($0) }
      captures += assembler.advance(to: edges[edges.count - 1].at.advanced(byMilliseconds: 500))
      tally.noise += assembler.counters.noise
      // Every train has an outcome, and the counters include it.
      let counted = assembler.counters.frames + assembler.counters.malformed.values.reduce(0, +)
      guard !captures.isEmpty, captures.count == counted else {
        Issue.record("\(captures.count) captures and \(counted) counted after \(wounds) wounds")
        return
      }
      tally.captures += captures.count
      for capture in captures {
        guard judge(capture, card, table, &tally) else { return }
      }
      guard wounds > 0 || tally.right > rightBefore else {
        Issue.record("an undamaged \(format.name) was not read")
        return
      }
    }
    print(tally.line)
    #expect(tally.right >= tally.undamaged)
    let accounted =
      tally.malformed.values.reduce(0, +) + tally.right + tally.otherWithGoodChecks
    #expect(accounted == tally.captures)
  }

  /// Notes the outcome of one capture; false when a frame was accepted wrongly.
  private func judge(
    _ capture: Capture, _ card: CardCandidate, _ table: FormatTable, _ tally: inout Tally
  ) -> Bool {
    switch capture {
    case .malformed(let frame):
      tally.malformed[frame.fault, default: 0] += 1
    case .frame(let frame):
      let decoded = decode(frame, formats: table, keypad: nil)
      if let fault = decoded.fault { tally.malformed[fault, default: 0] += 1 }
      let fitting = ParityReference.fitting(frame.bitText)
      // Fewer candidates than fit only where a pause shows a lost bit.
      guard decoded.candidates.map(\.format) == fitting || decoded.fault == .lostEdge else {
        Issue.record("\(frame.bits.count) bits: \(decoded.candidates) but \(fitting) fit")
        return false
      }
      if decoded.candidates.contains(card) {
        tally.right += 1
      } else if !decoded.candidates.isEmpty {
        tally.otherWithGoodChecks += 1
      }
    }
    return true
  }
}
