import OSDPChannel
import OSDPCodec

/// Something that was shown to a reader on the line: a card, or a key of its keypad.
struct LineItem {
  /// In the order in which they were shown, over all readers.
  var number: Int
  var door: Int
  var reply: OSDPReply
  /// The same for what the shell is told of it.
  var text: String
  var shownAt: Int64
}

/// A reader on the line, at its door. What it was shown it holds until it is asked, or for a second. It may
/// have the door's lines: contact and exit input, in this order, and the relay.
struct SimulatedReader {
  static let holdsMicroseconds: Int64 = 1_000_000

  let door: Int
  private(set) var model: ModelReader
  private var waiting: [LineItem] = []
  /// When its channel last began; -1 for never.
  private(set) var securedAt: Int64 = -1
  /// An input has changed since it was last asked for them.
  private(set) var hasNewInputs = false
  /// When its relay comes to rest by itself; -1 for never.
  private(set) var restsAt: Int64 = -1

  init(door: Int, model: ModelReader) {
    self.door = door
    self.model = model
    self.model.keepNoRecord()
    self.model.lines = ModelLines(inputs: 2, outputs: 1)
  }

  var isRelayActive: Bool { model.lines.outputs.first == true }

  /// One of the wires to its inputs has another level.
  mutating func setInput(_ number: Int, active: Bool) {
    hasNewInputs = hasNewInputs || model.lines.inputs[number] != active
    model.lines.inputs[number] = active
  }

  /// Lets the time of its relay pass.
  mutating func advance(to now: Int64) {
    guard restsAt >= 0, restsAt <= now else { return }
    restsAt = -1
    model.lines.endTimers()
  }

  /// Whether it is to be asked for its inputs; once for each change.
  mutating func takeNewInputs() -> Bool {
    defer { hasNewInputs = false }
    return hasNewInputs
  }

  var address: UInt8 { model.address }

  mutating func show(_ item: LineItem) {
    waiting.append(item)
    model.events.append(item.reply)
  }

  /// Whether it has something to say.
  mutating func hasNews(at now: Int64) -> Bool {
    while let first = waiting.first, now - first.shownAt > Self.holdsMicroseconds {
      waiting.removeFirst()
      model.events.removeFirst()
    }
    return !waiting.isEmpty
  }

  /// The answers, and what it says in them for the first time.
  mutating func hear(_ bytes: [UInt8], at now: Int64) -> (answer: [UInt8], item: LineItem?) {
    _ = hasNews(at: now)
    let wasSecured = model.isSecured
    // Every question comes after a pause of the line.
    model.pause()
    advance(to: now)
    let timers = model.lines.timers.count
    let answer = model.hear(bytes)
    if model.lines.timers.count != timers {
      restsAt = now + Int64(model.lines.timers.tenths) * 100_000
    }
    if model.isSecured, !wasSecured { securedAt = now }
    let isSaid = model.events.count < waiting.count
    return (answer, isSaid ? waiting.removeFirst() : nil)
  }

  /// The power went and came back.
  mutating func restart() {
    forget()
    model.restart()
  }

  /// Another one is in its place.
  mutating func replace(by other: ModelReader) {
    forget()
    let inputs = model.lines.inputs
    model = other
    model.keepNoRecord()
    model.lines = ModelLines(inputs: 2, outputs: 1)
    model.lines.inputs = inputs
  }

  private mutating func forget() {
    waiting = []
    model.events = []
    restsAt = -1
  }
}
