import OSDPChannel
import OSDPCodec
import OSDPLine

/// What of a line is outside the controller: two wires with their noise, the readers, and whoever has the
/// wires in hand.
final class LineField {
  /// From the end of a question to the beginning of its answer.
  static let turnMicroseconds = 3_000
  static let speed = LineSpeed.b9600

  /// What comes back to the controller.
  struct Arrival {
    var bytes: [UInt8]
    var afterMicroseconds: Int64
    /// What a reader says in it for the first time, if it comes as it was sent.
    var whole: LineItem?
    /// The same, however it comes.
    var said: LineItem?
  }

  var readers: [SimulatedReader]
  var intruder: LineIntruder
  /// Chance that a packet is changed on its way.
  var noisePercent = 0
  var isCut = false
  private var random: SimulationRandom

  init(readers: [SimulatedReader], intruder: LineIntruder, random: SimulationRandom) {
    self.readers = readers
    self.intruder = intruder
    self.random = random
  }

  /// The controller sends; what comes of it.
  func exchange(_ question: [UInt8], at speed: LineSpeed, _ now: Int64) -> [Arrival] {
    guard !isCut else { return [] }
    var arrivals: [Arrival] = []
    func arrive(_ answer: [UInt8], _ whole: LineItem?, _ said: LineItem?) {
      guard !answer.isEmpty || said != nil else { return }
      let bits = (question.count + answer.count) * 10
      arrivals.append(
        Arrival(
          bytes: answer,
          afterMicroseconds: Int64(bits * 1_000_000 / speed.rawValue + Self.turnMicroseconds),
          whole: whole, said: said))
    }
    if let forged = intruder.answerInPlace(of: question) { arrive(noisy(forged), nil, nil) }
    let heard = noisy(intruder.changed(question: question))
    for place in readers.indices where readers[place].model.speed == UInt32(speed.rawValue) {
      let (answer, item) = readers[place].hear(heard, at: now)
      guard !answer.isEmpty else { continue }
      intruder.listen(question, answer)
      let arrived = noisy(intruder.changed(answer: answer, to: question))
      arrive(arrived, arrived == answer && heard == question ? item : nil, item)
    }
    return arrivals
  }

  /// A byte is lost, doubled or changed, or the packet comes twice.
  private func noisy(_ bytes: [UInt8]) -> [UInt8] {
    guard noisePercent > 0, !bytes.isEmpty, random.chance(noisePercent) else { return bytes }
    var bytes = bytes
    let place = random.int(0...bytes.count - 1)
    switch random.int(0...4) {
    case 0: bytes.remove(at: place)
    case 1: bytes.insert(bytes[place], at: place)
    case 2: bytes[place] ^= UInt8(random.int(1...255))
    case 3: bytes += bytes
    default: bytes = []
    }
    return bytes
  }
}
