import CGpiod
import DoorCore
import DoorPorts
import Glibc

/// One line request: an output, an input, or with libgpiod 2.x both data lines of a reader, whose
/// edges then arrive in order through one queue. Released with the last reference.
final class GPIOLine: HeldLine {
  /// The most edges read at once.
  static let readMax = Int(POSTERN_READ_MAX)
  /// The most lines of one request: 2 with libgpiod 2.x, 1 with 1.x.
  static let linesMax = Int(postern_lines_max())
  /// 2.x numbers the edges, so that a lost edge is detected; 1.x does not.
  static var numbersEdges: Bool { postern_gpiod_major() >= 2 }

  /// Why the kernel refused a request.
  private struct Refusal: Error {
    var code: Int32
    /// Who holds the line; empty for nobody.
    var holder = ""

    /// The chip is there but has no interrupts: drivers answer with any of these. They also mean a
    /// missing chip or line, so the line is tried without edges.
    var mayMeanNoEdges: Bool {
      [ENODEV, ENXIO, EINVAL, ENOSYS, EOPNOTSUPP, EIO].contains(code)
    }
  }

  private let handle: OpaquePointer
  let descriptor: Int32

  /// The line is pulled to its inactive level besides: between two holders of a line the kernel makes
  /// it an input, and the pull is then all that keeps a relay off. A chip without pulls, or a kernel
  /// that refuses them at an output, drives the line all the same.
  convenience init(output: LinePlan.Output, on chip: Chip) throws(PortError) {
    let pull = output.activeLow ? POSTERN_BIAS_UP : POSTERN_BIAS_DOWN
    let wishes = [pull, POSTERN_BIAS_AS_IS].map {
      [postern_wish(offset: UInt32(output.place.offset), active_low: output.activeLow, bias: $0)]
    }
    do throws(Refusal) {
      try self.init(chip, either: wishes, POSTERN_OUTPUT)
    } catch {
      throw Self.failure(of: output.place, error)
    }
  }

  /// `inputs` are 1 to ``linesMax`` of one chip. Without edges where the chip reports none; a data
  /// line needs them.
  static func input(_ inputs: [LinePlan.Input], on chip: Chip) throws(PortError) -> GPIOLine {
    let wishes = inputs.map {
      postern_wish(
        offset: UInt32($0.place.offset), active_low: $0.activeLow, bias: $0.bias.ofKernel)
    }
    let place = inputs[0].place
    do throws(Refusal) {
      return try GPIOLine(chip, either: [wishes], POSTERN_EDGES)
    } catch {
      guard error.mayMeanNoEdges, let level = try? GPIOLine(chip, either: [wishes], POSTERN_LEVEL)
      else {
        throw failure(of: place, error)
      }
      guard inputs.allSatisfy({ $0.line.reader == nil }) else {
        throw PortError(
          .unavailable, operation: "request \(place)",
          detail: "\(chip.path) (\(chip.label)) reports no edges "
            + "(\(String(cString: strerror(error.code)))), and a reader's data line needs them: "
            + "wire the reader to a chip with interrupts")
      }
      return level
    }
  }

  /// Requests the first of the alternatives that the kernel grants.
  private init(
    _ chip: Chip, either alternatives: [[postern_wish]], _ use: postern_use
  ) throws(Refusal) {
    var holder = [CChar](repeating: 0, count: 64)
    var granted: OpaquePointer?
    var code: Int32 = 0
    for wishes in alternatives where granted == nil && code != EBUSY {
      granted = postern_line_open(
        chip.path, wishes, Int32(wishes.count), use, &holder, holder.count)
      code = errno
    }
    guard let handle = granted else {
      throw Refusal(code: code, holder: String(cString: holder))
    }
    self.handle = handle
    descriptor = use == POSTERN_EDGES ? postern_line_descriptor(handle) : -1
  }

  deinit { postern_line_close(handle) }

  /// Who holds a line; nil when it is free. Does not request it.
  static func holder(of place: LinePlan.Place, on chip: Chip) throws(PortError) -> String? {
    var holder = [CChar](repeating: 0, count: 64)
    var name = [CChar](repeating: 0, count: 64)
    let answer = postern_line_look(
      chip.path, UInt32(place.offset), &holder, holder.count, &name, name.count)
    guard answer >= 0 else { throw failure(of: place, Refusal(code: errno)) }
    guard answer == 1 else { return nil }
    let text = String(cString: holder)
    return text.isEmpty ? "the kernel or another program" : text
  }

  private static func failure(of place: LinePlan.Place, _ refusal: Refusal) -> PortError {
    let cause = String(cString: strerror(refusal.code))
    let operation = "request \(place)"
    switch refusal.code {
    case EBUSY:
      let who = refusal.holder.isEmpty ? "another program" : "\"\(refusal.holder)\""
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

  func get(_ offset: Int) -> Bool? {
    let value = postern_line_get(handle, UInt32(offset))
    return value < 0 ? nil : value == 1
  }

  func read(_ edges: UnsafeMutablePointer<KernelEdge>) -> Int? {
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
