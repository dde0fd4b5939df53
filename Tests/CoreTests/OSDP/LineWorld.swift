import CoreModels
import DoorRules
import OSDPChannel
import OSDPCodec
import OSDPLine

/// A line with model readers on it, on a time of its own. `tamper` stands between panel and readers.
struct LineWorld {
  /// What happens to bytes on their way; to a reader, or from it.
  enum Way { case toReader, toPanel }

  var line: OSDPLine
  var readers: [ModelReader]
  var now = MonotonicInstant(nanoseconds: 1_000_000_000)
  var told: [(reader: UInt8, news: ReaderNews)] = []
  var speed = LineSpeed.b9600
  /// Everything that the panel sent.
  var sent: [[UInt8]] = []
  /// Gives what arrives instead, now or with the next.
  var tamper: (inout [UInt8], Way) -> Void = { _, _ in }
  private var arrivals: [(at: MonotonicInstant, bytes: [UInt8])] = []

  init(
    readers: [ModelReader], rings: [KeyRing], inputsOf: Set<UInt8> = [],
    speed: LineSpeed = .b9600, times: LineTimes = LineTimes()
  ) {
    let numbers = Numbers()
    line = OSDPLine(
      readers: zip(readers, rings).map { ($0.address, $1) }, inputsOf: inputsOf, speed: speed,
      times: times, cipher: SlowAES(), fresh: { numbers.next() }, at: now)
    self.readers = readers
    carryOut(line.opened(at: now))
  }

  /// A reader that knows its key.
  init(key: ReaderKey, address: UInt8 = 1) {
    self.init(
      readers: [ModelReader(address: address, key: key)], rings: [KeyRing(current: key)])
  }

  var news: [ReaderNews] { told.map(\.news) }

  /// Lets time pass; bytes take as long as the speed says, and readers answer after 3 ms.
  mutating func pass(milliseconds: Int) {
    let end = now.advanced(byMilliseconds: milliseconds)
    while true {
      let arrival = arrivals.map(\.at).min()
      guard let next = MonotonicInstant.earliest(line.nextDeadline, arrival), next <= end else {
        break
      }
      now = max(now, next)
      if let place = arrivals.firstIndex(where: { $0.at <= now }) {
        carryOut(line.received(arrivals.remove(at: place).bytes, at: now))
      } else {
        carryOut(line.advance(to: now))
      }
    }
    now = end
  }

  mutating func carryOut(_ wishes: [LineWish]) {
    for wish in wishes {
      switch wish {
      case .tell(let reader, let news): told.append((reader, news))
      case .setSpeed(let new): speed = new
      case .transmit(let bytes): transmit(bytes)
      }
    }
  }

  private mutating func transmit(_ bytes: [UInt8]) {
    sent.append(bytes)
    var heard = bytes
    tamper(&heard, .toReader)
    for place in readers.indices where Int(readers[place].speed) == speed.rawValue {
      var answer = readers[place].hear(heard)
      guard !answer.isEmpty else { continue }
      tamper(&answer, .toPanel)
      arrive(answer, afterMicroseconds: (heard.count + answer.count) * 10_000_000 / speed.rawValue)
    }
  }

  /// Bytes that somebody puts on the line.
  mutating func arrive(_ bytes: [UInt8], afterMicroseconds microseconds: Int = 0) {
    guard !bytes.isEmpty else { return }
    arrivals.append((now.advanced(byMicroseconds: microseconds + 3_000), bytes))
  }

  /// Somebody pairs the reader for a minute.
  mutating func pair(_ address: UInt8 = 1, key: ReaderKey, seconds: Int = 60) {
    carryOut(
      line.pair(address, key: key, until: now.advanced(byMilliseconds: seconds * 1_000), at: now))
  }
}

/// Numbers that never come twice.
final class Numbers: @unchecked Sendable {
  // Used by one test at a time.
  private var random = Xorshift(seed: 7)

  func next() -> UInt64 { random.next() }
}
