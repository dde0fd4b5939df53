import CGpiod
import DoorPorts
import Glibc

/// One line request: an output, an input, or with libgpiod 2.x both data lines of a reader, whose
/// edges then arrive in order through one queue. Released with the last reference. Used by one
/// thread at a time, which ``GPIODPort``'s lock sees to.
final class GPIOLine {
  /// The most edges read at once.
  static let readMax = Int(POSTERN_READ_MAX)
  /// The most lines of one request: 2 with libgpiod 2.x, 1 with 1.x.
  static let linesMax = Int(postern_lines_max())
  /// 2.x numbers the edges, so that a lost edge is detected; 1.x does not.
  static var numbersEdges: Bool { postern_gpiod_major() >= 2 }

  private let handle: OpaquePointer
  let descriptor: Int32

  convenience init(output: LinePlan.Output, on chip: Chip) throws(PortError) {
    let wish = postern_wish(
      offset: UInt32(output.place.offset), active_low: output.activeLow, bias: POSTERN_BIAS_AS_IS)
    try self.init(output.place, chip, [wish], isOutput: true)
  }

  /// `inputs` are 1 to ``linesMax`` of one chip.
  convenience init(inputs: [LinePlan.Input], on chip: Chip) throws(PortError) {
    let wishes = inputs.map {
      postern_wish(
        offset: UInt32($0.place.offset), active_low: $0.activeLow, bias: $0.bias.ofKernel)
    }
    try self.init(inputs[0].place, chip, wishes, isOutput: false)
  }

  private init(
    _ place: LinePlan.Place, _ chip: Chip, _ wishes: [postern_wish], isOutput: Bool
  ) throws(PortError) {
    var holder = [CChar](repeating: 0, count: 64)
    guard
      let handle = postern_line_open(
        chip.path, wishes, Int32(wishes.count), isOutput, &holder, holder.count)
    else {
      throw Self.failure(of: place, code: errno, holder: String(cString: holder))
    }
    self.handle = handle
    descriptor = isOutput ? -1 : postern_line_descriptor(handle)
  }

  deinit { postern_line_close(handle) }

  /// Who holds a line; nil when it is free. Does not request it.
  static func holder(of place: LinePlan.Place, on chip: Chip) throws(PortError) -> String? {
    var holder = [CChar](repeating: 0, count: 64)
    var name = [CChar](repeating: 0, count: 64)
    let answer = postern_line_look(
      chip.path, UInt32(place.offset), &holder, holder.count, &name, name.count)
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
        detail: "no such chip (\(cause)); `postern lines chips` lists those that are there")
    case EINVAL:
      return PortError(
        .invalid, operation: operation,
        detail: "no such line (\(cause)); `gpioinfo` lists those that are there")
    default:
      return PortError(.inputOutput, operation: operation, detail: cause)
    }
  }

  func set(active: Bool) -> Int32? { postern_line_set(handle, active) == 0 ? nil : errno }

  /// The level of the line at `offset`; nil when it cannot be read.
  func get(_ offset: Int) -> Bool? {
    let value = postern_line_get(handle, UInt32(offset))
    return value < 0 ? nil : value == 1
  }

  /// Reads the pending edges into `edges`, which has room for ``readMax``, and returns their
  /// number; nil when the line is gone.
  func read(_ edges: UnsafeMutablePointer<postern_edge>) -> Int? {
    let count = postern_line_read(handle, edges, Int32(Self.readMax))
    guard count >= 0 else { return errno == EAGAIN || errno == EINTR ? 0 : nil }
    return Int(count)
  }
}

extension LinePlan.Bias {
  fileprivate var ofKernel: postern_bias {
    switch self {
    case .asIs: POSTERN_BIAS_AS_IS
    case .pullUp: POSTERN_BIAS_UP
    case .pullDown: POSTERN_BIAS_DOWN
    case .disabled: POSTERN_BIAS_OFF
    }
  }
}
