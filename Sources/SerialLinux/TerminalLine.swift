import CLinux
import Foundation
import Synchronization

/// A serial line that is a pseudo-terminal: what the other program writes to its device goes to `answer`,
/// and comes back as that says.
public final class TerminalLine: Sendable {
  public struct Failure: Error {}

  /// TIOCSPTLCK and TIOCGPTN of the kernel, which Swift does not see.
  private static let setLock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430

  /// The device's name, which stays the same when the line is plugged in again.
  public let path: String
  private let answer: @Sendable ([UInt8]) -> [UInt8]
  private struct Ends {
    var master: Int32 = -1
    var slave: Int32 = -1
    /// How often it was plugged in: the kernel gives a descriptor's number again.
    var turn = 0
  }
  private let ends = Mutex(Ends())
  private let isOver = Mutex(false)

  public init(path: String, answer: @escaping @Sendable ([UInt8]) -> [UInt8]) throws {
    self.path = path
    self.answer = answer
    try plug()
  }

  /// The adapter is plugged in.
  public func plug() throws {
    // A program that another test starts meanwhile would hold it, and the line would never hang up.
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    var (lock, number): (Int32, UInt32) = (0, 0)
    guard master >= 0, postern_ioctl(master, Self.setLock, &lock) == 0,
      postern_ioctl(master, Self.getNumber, &number) == 0
    else { throw Failure() }
    let name = "/dev/pts/\(number)"
    // Held open, so that the line lives while nobody has its device.
    let slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
    var settings = termios()
    tcgetattr(slave, &settings)
    cfmakeraw(&settings)
    tcsetattr(slave, TCSANOW, &settings)
    unlink(path)
    guard slave >= 0, symlink(name, path) == 0 else { throw Failure() }
    let turn = ends.withLock { ends in
      ends = Ends(master: master, slave: slave, turn: ends.turn + 1)
      return ends.turn
    }
    Thread { [self] in carry(master, turn) }.start()
  }

  /// It is pulled out.
  public func unplug() {
    ends.withLock { ends in
      unlink(path)
      close(ends.slave)
      close(ends.master)
      ends = Ends(turn: ends.turn + 1)
    }
  }

  public func stop() {
    isOver.withLock { $0 = true }
    unplug()
  }

  private func carry(_ master: Int32, _ turn: Int) {
    var bytes = [UInt8](repeating: 0, count: 1_024)
    while !isOver.withLock({ $0 }) {
      var watched = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      guard poll(&watched, 1, 20) > 0 else {
        if ends.withLock({ $0.turn != turn }) { return }
        continue
      }
      let heard: [UInt8]? = ends.withLock { ends in
        guard ends.turn == turn else { return nil }
        let count = read(master, &bytes, bytes.count)
        return Array(bytes.prefix(max(count, 0)))
      }
      guard let heard else { return }
      let said = answer(heard)
      guard !said.isEmpty else { continue }
      ends.withLock { ends in
        if ends.turn == turn { _ = write(master, said, said.count) }
      }
    }
  }
}
