import CLinux
import DoorPorts
import Glibc
import OSDPLine

/// An open serial port: raw, eight bits, no parity, one stop bit. Used by one thread.
struct SerialPort: ~Copyable {
  /// The most bytes of one read.
  static let readBytesMax = 1_024

  let descriptor: Int32
  private let path: String

  /// Throws why the device cannot be had.
  init(path: String, speed: LineSpeed) throws(PortError) {
    let descriptor = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure("open", path) }
    do throws(PortError) { try Self.set(speed, of: descriptor, path) } catch {
      close(descriptor)
      throw error
    }
    // Nobody else speaks on it.
    _ = postern_ioctl(descriptor, UInt(TIOCEXCL), nil)
    // Where the driver switches the direction; adapters mostly do it themselves.
    _ = postern_serial_rs485(descriptor)
    _ = postern_serial_low_latency(descriptor)
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Throws when it is no terminal.
  func setSpeed(_ speed: LineSpeed) throws(PortError) { try Self.set(speed, of: descriptor, path) }

  private static func set(
    _ speed: LineSpeed, of descriptor: Int32, _ path: String
  ) throws(PortError) {
    var settings = termios()
    guard tcgetattr(descriptor, &settings) == 0 else {
      throw failure("read the settings of", path)
    }
    cfmakeraw(&settings)
    settings.c_cflag |= tcflag_t(CLOCAL | CREAD | CS8)
    settings.c_cflag &= ~(tcflag_t(PARENB | CSTOPB) | tcflag_t(CRTSCTS))
    let code = code(of: speed)
    guard cfsetispeed(&settings, code) == 0, cfsetospeed(&settings, code) == 0,
      tcsetattr(descriptor, TCSANOW, &settings) == 0
    else { throw failure("set the speed of", path) }
  }

  private static func code(of speed: LineSpeed) -> speed_t {
    switch speed {
    case .b9600: speed_t(B9600)
    case .b19200: speed_t(B19200)
    case .b38400: speed_t(B38400)
    case .b57600: speed_t(B57600)
    case .b115200: speed_t(B115200)
    case .b230400: speed_t(B230400)
    }
  }

  /// Sends all of it. What was received before is dropped: it answers nothing.
  func transmit(_ bytes: [UInt8]) throws(PortError) {
    tcflush(descriptor, TCIFLUSH)
    let count = write(descriptor, bytes, bytes.count)
    // A packet is far shorter than the kernel's buffer; one that did not fit is one that was lost.
    guard count >= 0 || errno == EAGAIN || errno == EINTR else {
      throw Self.failure("write to", path)
    }
  }

  /// What has come; empty when nothing has.
  func receive(into buffer: UnsafeMutableRawBufferPointer) throws(PortError) -> [UInt8] {
    let count = read(descriptor, buffer.baseAddress, buffer.count)
    guard count != 0 else {
      throw PortError(
        .unavailable, operation: "read from the serial line \(path)",
        detail: "it was unplugged\(Self.advice(for: ENODEV))")
    }
    guard count > 0 else {
      if errno == EAGAIN || errno == EINTR { return [] }
      throw Self.failure("read from", path)
    }
    return Array(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
  }

  private static func failure(_ what: String, _ path: String) -> PortError {
    let number = errno
    let isGone = [ENOENT, ENXIO, ENODEV, EIO].contains(number)
    return PortError(
      isGone ? .unavailable : .inputOutput, operation: "\(what) the serial line \(path)",
      detail: String(cString: strerror(number)) + advice(for: number))
  }

  /// What a person can do about it; empty where nobody knows.
  private static func advice(for number: Int32) -> String {
    switch number {
    case ENOENT, ENXIO, ENODEV, EIO:
      ": plug the adapter in, or correct `osdp.line` of its readers (`ls /dev/serial/by-id`)"
    case EACCES, EPERM: ": the user of the daemon must be in the device's group, mostly `dialout`"
    case EBUSY: ": another program has it open (`fuser -v` names it)"
    case ENOTTY, EINVAL: ": it is no serial device; correct `osdp.line` of its readers"
    default: ""
    }
  }
}
