import DoorRules
import OSDPChannel
import OSDPCodec

/// One pairing: a person has asked for it, and it ends by itself.
struct Pairing: Sendable {
  let until: MonotonicInstant
  /// The speed that the reader shall have.
  let speed: LineSpeed
  /// The speed that is tried; readers come with another one than the line's.
  private(set) var triedSpeed: LineSpeed
  private var silences = 0
  /// The reader changes to this speed after its answer.
  var speedAfterAnswer: LineSpeed?

  init(until end: MonotonicInstant, speed: LineSpeed) {
    until = end
    self.speed = speed
    triedSpeed = speed
  }

  /// The speed first, since the reader keeps its address and speed over the change of its key.
  func commands(for key: ReaderKey?, address: UInt8) -> [OSDPCommand] {
    guard triedSpeed == speed else {
      return [.line(address: address, baud: UInt32(speed.rawValue))]
    }
    return key.map { [.key($0.reveal())] } ?? []
  }

  /// The reader did not answer; after two times at one speed the next is tried.
  mutating func noteSilence() {
    silences += 1
    guard silences % 2 == 0 else { return }
    let all = LineSpeed.allCases
    let place = all.firstIndex(of: triedSpeed) ?? 0
    triedSpeed = all[(place + 1) % all.count]
  }

  /// Goes on at the speed that the reader has now.
  mutating func takeNewSpeed() {
    guard let speed = speedAfterAnswer else { return }
    speedAfterAnswer = nil
    triedSpeed = speed
    silences = 0
  }
}
