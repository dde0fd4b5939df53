import DoorPorts
import DoorRules
import Foundation
import Glibc
import OSDPChannel
import OSDPCodec
import OSDPLine
import Synchronization

/// The thread of one line: opens its device, again and again while it is gone, and does between the pure
/// line and the port what has to be done. Doors on other lines notice nothing of it.
final class LineThread: Sendable {
  /// How often a device that is gone is looked for.
  static let openMilliseconds = 500
  /// How often the counts of faults are shown to others.
  static let showMilliseconds = 1_000
  /// How long the end waits for the thread, which may wait for a disk.
  static let endMilliseconds = 1_000
  /// The most orders that wait; of lamps only the last counts anyway.
  static let ordersMax = 256

  enum Order: Sendable {
    case send(OSDPCommand, UInt8)
    case pair(UInt8, ReaderKey, until: MonotonicInstant)
  }

  private struct State {
    var orders: [Order] = []
    var isStarted = false
    var isStopped = false
    var faults: [UInt8: [OSDPFault: Int]] = [:]
    var trouble: String?
  }

  private let path: String
  private let speed: LineSpeed
  private let clock: any MonotonicClock
  private let state = Mutex(State())
  /// Written to when an order waits: the thread sleeps in `poll`.
  private let wake: (read: Int32, write: Int32)
  private let ended = DispatchSemaphore(value: 0)

  init(path: String, speed: LineSpeed, clock: any MonotonicClock) {
    self.path = path
    self.speed = speed
    self.clock = clock
    var ends: [Int32] = [-1, -1]
    _ = pipe(&ends)
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    wake = (ends[0], ends[1])
  }

  deinit {
    close(wake.read)
    close(wake.write)
  }

  /// `line` and `tell` are called on the thread: the keys of a line are read from disk.
  func start(
    _ line: @escaping @Sendable () -> OSDPLine,
    tell: @escaping @Sendable (UInt8, ReaderNews) -> Void
  ) {
    state.withLock { $0.isStarted = true }
    let thread = Thread { [self] in
      Thread.current.name = "postern.osdp"
      serve(line(), tell)
      ended.signal()
    }
    thread.start()
  }

  /// False when too many wait.
  @discardableResult
  func order(_ order: Order) -> Bool {
    let isTaken = state.withLock { state in
      guard state.orders.count < Self.ordersMax else { return false }
      state.orders.append(order)
      return true
    }
    rouse()
    return isTaken
  }

  /// Returns once the thread has ended, or when the time for that is over.
  func stop() {
    let isStarted = state.withLock { state in
      state.isStopped = true
      return state.isStarted
    }
    guard isStarted else { return }
    rouse()
    _ = ended.wait(timeout: .now() + .milliseconds(Self.endMilliseconds))
  }

  func faults(of address: UInt8) -> [OSDPFault: Int] {
    state.withLock { $0.faults[address] ?? [:] }
  }

  /// Why the device cannot be had; nil while it is open.
  var trouble: String? { state.withLock(\.trouble) }

  private func rouse() {
    var byte: UInt8 = 0
    // A full pipe wakes as well.
    _ = write(wake.write, &byte, 1)
  }

  private var isStopped: Bool { state.withLock(\.isStopped) }

  // MARK: On the thread

  private func serve(_ line: OSDPLine, _ tell: (UInt8, ReaderNews) -> Void) {
    var line = line
    while !isStopped {
      do throws(PortError) {
        let port = try SerialPort(path: path, speed: speed)
        state.withLock { $0.trouble = nil }
        try serve(&line, on: port, tell)
      } catch {
        state.withLock { $0.trouble = "\(error)" }
      }
      for wish in line.lost() {
        if case .tell(let reader, let news) = wish { tell(reader, news) }
      }
      guard !isStopped else { return }
      // What a lamp shall show is kept meanwhile; nothing is sent.
      _ = wait(on: nil, milliseconds: Self.openMilliseconds)
      _ = takeOrders(&line)
    }
  }

  private func serve(
    _ line: inout OSDPLine, on port: borrowing SerialPort, _ tell: (UInt8, ReaderNews) -> Void
  ) throws(PortError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: SerialPort.readBytesMax, alignment: 1)
    defer { buffer.deallocate() }
    try carryOut(line.opened(at: clock.now()), on: port, tell)
    var shownAt = clock.now()
    while !isStopped {
      let now = clock.now()
      if shownAt <= now {
        shownAt = now.advanced(byMilliseconds: Self.showMilliseconds)
        state.withLock { $0.faults = line.faults }
      }
      let left = line.nextDeadline.map { ($0.microseconds(since: now) + 999) / 1_000 }
      if wait(on: port.descriptor, milliseconds: left ?? 1_000) {
        let bytes = try port.receive(into: buffer)
        try carryOut(line.received(bytes, at: clock.now()), on: port, tell)
      }
      try carryOut(takeOrders(&line) + line.advance(to: clock.now()), on: port, tell)
    }
  }

  private func takeOrders(_ line: inout OSDPLine) -> [LineWish] {
    let orders = state.withLock { state in
      defer { state.orders = [] }
      return state.orders
    }
    var wishes: [LineWish] = []
    for order in orders {
      switch order {
      case .send(let command, let reader): line.send(command, to: reader, at: clock.now())
      case .pair(let reader, let key, let end):
        wishes += line.pair(reader, key: key, until: end, at: clock.now())
      }
    }
    return wishes
  }

  private func carryOut(
    _ wishes: [LineWish], on port: borrowing SerialPort, _ tell: (UInt8, ReaderNews) -> Void
  ) throws(PortError) {
    for wish in wishes {
      switch wish {
      case .setSpeed(let speed): try port.setSpeed(speed)
      case .transmit(let bytes): try port.transmit(bytes)
      case .tell(let reader, let news):
        tell(reader, news)
      }
    }
  }

  /// Waits until something has come, an order waits, or the time is over; whether something has come.
  private func wait(on descriptor: Int32?, milliseconds: Int) -> Bool {
    let broken = Int16(POLLERR | POLLHUP | POLLNVAL)
    var watched = [pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0)]
    if let descriptor {
      watched.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
    }
    guard poll(&watched, nfds_t(watched.count), Int32(clamping: milliseconds)) > 0 else {
      return false
    }
    if watched[0].revents != 0 {
      var bytes: [UInt8] = [UInt8](repeating: 0, count: 64)
      _ = read(wake.read, &bytes, bytes.count)
    }
    return watched.count > 1 && watched[1].revents & (Int16(POLLIN) | broken) != 0
  }
}
