import Glibc

/// What a script wants of a world: one of `start`, `stop` and `look`.
struct WorldOrder: Decodable {
  var start: LabWorld.Actor?
  /// Beside `start`: added to the actor's environment.
  var environment: [String: String]?
  var stop: LabWorld.Actor?
  /// Beside `stop`.
  var signal: Int32?
  var look: LabWorld.Actor?

  func carryOut(in world: LabWorld) throws -> WorldAnswer {
    if let start {
      return WorldAnswer(process: try world.start(start, environment: environment ?? [:]))
    }
    if let stop { return WorldAnswer(status: world.stop(stop, signal: signal ?? SIGTERM)) }
    guard let look else { throw LabFailure("an order is start, stop or look") }
    return WorldAnswer(process: world.process(of: look), status: world.status(of: look))
  }
}

struct WorldAnswer: Encodable {
  var process: pid_t?
  var status: Int32?
  var error: String?
}

/// The lines of standard input, until its end or until this program is asked to end.
struct OrderLines {
  private var buffer: [UInt8] = []

  mutating func next() -> [UInt8]? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        defer { buffer.removeFirst(end + 1) }
        return Array(buffer[..<end])
      }
      guard !Ending.isWanted else { return nil }
      var poller = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      guard poll(&poller, 1, 200) == 1 else { continue }
      var bytes = [UInt8](repeating: 0, count: 4_096)
      let count = read(STDIN_FILENO, &bytes, bytes.count)
      guard count > 0 else { return nil }
      buffer += bytes.prefix(count)
    }
  }
}

/// Whether somebody asked this program to end.
enum Ending {
  // Written by a signal handler, which may do no more than that, and read beside it.
  nonisolated(unsafe) private static var asked: sig_atomic_t = 0

  static var isWanted: Bool { asked != 0 }

  static func watch() {
    for number in [SIGTERM, SIGINT] { signal(number) { _ in Ending.asked = 1 } }
  }
}
