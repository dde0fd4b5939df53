import CGpiod
import DoorPorts
import Glibc

/// One requested line; released when the last reference goes. Owned and used by one thread at a
/// time, which ``GPIODPort``'s lock sees to.
final class GPIOLine {
  /// The most edges read at once.
  static let readMax = 64

  private let handle: UnsafeMutablePointer<postern_line>
  let descriptor: Int32

  enum Direction {
    case input(LinePlan.Bias)
    case output
  }

  init(
    _ place: LinePlan.Place, _ direction: Direction, activeLow: Bool
  ) throws(PortError) {
    var holder = [CChar](repeating: 0, count: 64)
    let (isOutput, bias): (Bool, postern_bias) =
      switch direction {
      case .output: (true, POSTERN_BIAS_AS_IS)
      case .input(.asIs): (false, POSTERN_BIAS_AS_IS)
      case .input(.pullUp): (false, POSTERN_BIAS_UP)
      case .input(.pullDown): (false, POSTERN_BIAS_DOWN)
      case .input(.disabled): (false, POSTERN_BIAS_OFF)
      }
    guard
      let handle = postern_line_open(
        place.chip, UInt32(place.offset), isOutput, activeLow, bias, &holder, holder.count)
    else {
      throw Self.failure(of: place, code: errno, holder: String(cString: holder))
    }
    self.handle = handle
    descriptor = isOutput ? -1 : postern_line_descriptor(handle)
  }

  deinit { postern_line_close(handle) }

  /// Who holds a line, without taking it; nil when nobody does.
  static func holder(of place: LinePlan.Place) throws(PortError) -> String? {
    var holder = [CChar](repeating: 0, count: 64)
    var name = [CChar](repeating: 0, count: 64)
    let answer = postern_line_look(
      place.chip, UInt32(place.offset), &holder, holder.count, &name, name.count)
    guard answer >= 0 else { throw failure(of: place, code: errno, holder: "") }
    guard answer == 1 else { return nil }
    let text = String(cString: holder)
    return text.isEmpty ? "the kernel or another program" : text
  }

  private static func failure(
    of place: LinePlan.Place, code: Int32, holder: String
  ) -> PortError {
    let cause = String(cString: strerror(code))
    let operation = "request \(place)"
    switch code {
    case EBUSY:
      let who = holder.isEmpty ? "another program" : "\"\(holder)\""
      return PortError(.busy, operation: operation, detail: "held by \(who); stop it first")
    case ENOENT, ENODEV, ENXIO:
      return PortError(
        .unavailable, operation: operation,
        detail: "no such chip (\(cause)); `gpiodetect` lists those that are there")
    case EINVAL:
      return PortError(
        .invalid, operation: operation,
        detail: "no such line (\(cause)); `gpioinfo` lists those that are there")
    default:
      return PortError(.inputOutput, operation: operation, detail: cause)
    }
  }

  func set(active: Bool) -> Int32? { postern_line_set(handle, active) == 0 ? nil : errno }

  /// Nil when the kernel refused.
  func get() -> Bool? {
    let value = postern_line_get(handle)
    return value < 0 ? nil : value == 1
  }

  /// The edges that are there; nil when the line is gone.
  func read() -> [postern_edge]? {
    var edges = [postern_edge](repeating: postern_edge(), count: Self.readMax)
    let count = postern_line_read(handle, &edges, Int32(edges.count))
    guard count >= 0 else { return errno == EAGAIN || errno == EINTR ? [] : nil }
    return Array(edges.prefix(Int(count)))
  }
}
